//! What the drivers' command lines have in common.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long to run, and where from.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The first seed.
    pub seed: u64,
    /// How many seeds.
    pub count: u64,
    /// When to stop, whatever is left.
    pub time: Option<Duration>,
    /// The number of threads.
    pub jobs: usize,
    /// Where findings go.
    pub out: PathBuf,
    /// What kinds of files, by their endings; none: all.
    pub only: Vec<String>,
}

impl Arguments {
    /// Reads the command line of this process.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(count: u64, out: &str) -> Result<Arguments, String> {
        let mut arguments = Arguments {
            seed: 0,
            count,
            time: None,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            out: PathBuf::from(out),
            only: Vec::new(),
        };
        let mut given = std::env::args().skip(1);
        while let Some(name) = given.next() {
            let value = given
                .next()
                .ok_or_else(|| format!("{name} wants a value"))?;
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|error| format!("{name} {value}: {error}"))
            };
            match name.as_str() {
                "--seed" => arguments.seed = number()?,
                "--count" => arguments.count = number()?,
                "--time" => arguments.time = Some(Duration::from_secs(number()?)),
                "--jobs" => arguments.jobs = number()?.max(1) as usize,
                "--out" => arguments.out = PathBuf::from(&value),
                "--only" => arguments.only = value.split(',').map(str::to_owned).collect(),
                _ => {
                    return Err(format!(
                        "there is no {name}; there are --seed, --count, --time, --jobs, --out and, \
                         for damaged files, --only"
                    ));
                }
            }
        }
        Ok(arguments)
    }

    /// Whether the time is over.
    pub fn is_over(&self, start: Instant) -> bool {
        self.time.is_some_and(|time| start.elapsed() >= time)
    }

    /// Says how far the run is, now and then.
    pub fn progress(&self, start: Instant, done: u64, found: &str) {
        if done.is_multiple_of(1000) {
            eprintln!(
                "{done} of {} in {:.0} s: {found}",
                self.count,
                start.elapsed().as_secs_f64()
            );
        }
    }
}

/// What each thread is at, so that one that does not come to an end is named.
pub struct Watch {
    patience: Duration,
    threads: Vec<Mutex<Option<(String, Instant)>>>,
}

impl Watch {
    /// A watch over so many threads.
    pub fn new(threads: usize, patience: Duration) -> Watch {
        Watch {
            patience,
            threads: (0..threads).map(|_| Mutex::new(None)).collect(),
        }
    }

    /// A thread begins something.
    pub fn begin(&self, thread: usize, what: String) {
        self.set(thread, Some((what, Instant::now())));
    }

    /// A thread has nothing more to do.
    pub fn end(&self, thread: usize) {
        self.set(thread, None);
    }

    fn set(&self, thread: usize, now: Option<(String, Instant)>) {
        if let Ok(mut at) = self.threads[thread].lock() {
            *at = now;
        }
    }

    /// Does some work under the watch. If one of its threads takes too long over one thing, the
    /// process ends with exit code 3, and says what it was.
    pub fn guard<T>(&self, work: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(100));
                    for thread in &self.threads {
                        if let Ok(at) = thread.lock()
                            && let Some((what, since)) = &*at
                            && since.elapsed() > self.patience
                        {
                            eprintln!("{what} does not come to an end");
                            std::process::exit(3);
                        }
                    }
                }
            });
            // The watching thread must end even if the work panics.
            let result = catch_unwind(AssertUnwindSafe(work));
            done.store(true, Ordering::Relaxed);
            result.unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}
