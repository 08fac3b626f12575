//! A prover who is not honest: runs a program with other free inputs, and says what was let through.

use runtime_hooks::log::Outcome;
use zkasm::Fe;
use zkasm_simulator::{Error, FreeInput, Options, Simulator, Word};

/// A run that a proof would accept though it ends in another way.
#[derive(Debug)]
#[allow(dead_code, reason = "printed if a test fails")]
pub struct LetThrough {
    /// The free inputs that were chosen, by their numbers.
    pub inputs: Vec<(u64, String)>,
    /// How the run ended.
    pub ended: String,
}

/// What the attacks on a program came to.
#[derive(Default)]
pub struct Attacked {
    /// Runs with other free inputs.
    pub runs: usize,
    /// Those that a constraint refused.
    pub refused: usize,
    /// Those that it should have refused.
    pub let_through: Vec<LetThrough>,
}

/// Attacks a program whose free inputs may have to do with `numbers`.
pub fn attack(text: &str, numbers: &[u64]) -> Attacked {
    let parsed = zkasm::parse(text).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let simulate = |max_steps| {
        let options = Options {
            max_steps,
            ..Options::default()
        };
        Simulator::new(&rom, options).unwrap()
    };
    let mut honest = Vec::new();
    let report = simulate(None)
        .run_choosing(&mut |input: FreeInput| {
            honest.push(input.honest.expect("the executor has a value"));
            None
        })
        .unwrap();
    // A run that takes much longer goes around in circles.
    let steps = report.log.totals.0[zkasm::Counter::Cycles];
    let simulator = simulate(Some(10 * steps + 10_000));
    let mut attacked = Attacked::default();
    let mut run = |chosen: &[(usize, Word)]| {
        let ended = simulator.run_choosing(&mut |input| {
            let number = input.number as usize;
            let other = chosen.iter().find(|(at, _)| *at == number);
            // Where the executor has no value, a prover still has one.
            other.map_or_else(
                || input.honest.is_none().then(Word::default),
                |&(_, value)| Some(value),
            )
        });
        attacked.runs += 1;
        let ended = match ended {
            Ok(other) if other.log.outcome == report.log.outcome => return,
            Ok(other) if other.log.outcome == Outcome::OutOfSteps => return,
            Ok(other) => format!("{:?}", other.log.outcome),
            Err(Error::Failed(failure)) if failure.check.is_constraint() => {
                attacked.refused += 1;
                return;
            }
            Err(error) => error.to_string(),
        };
        let inputs = chosen
            .iter()
            .map(|&(at, value)| (at as u64, value.to_string()));
        attacked.let_through.push(LetThrough {
            inputs: inputs.collect(),
            ended,
        });
    };
    for (first, &value) in honest.iter().enumerate() {
        for other in others(value, numbers) {
            run(&[(first, other)]);
        }
        // Two that may fit each other. The second one's number can be beyond those of the honest run.
        for second in first + 1..honest.len().min(first + 3) + 1 {
            let later = honest.get(second).copied().unwrap_or_default();
            for other in near(value, numbers) {
                for another in near(later, &[]) {
                    run(&[(first, other), (second, another)]);
                }
            }
        }
    }
    attacked
}

fn word(lane0: Fe, lane1: Fe) -> Word {
    Word { lane0, lane1 }
}

/// Values that a prover might try first.
fn near(value: Word, numbers: &[u64]) -> Vec<Word> {
    let honest = value.as_u64().unwrap_or_default();
    let mut values = vec![
        honest.wrapping_add(1),
        honest.wrapping_sub(1),
        0,
        u64::MAX,
        honest.wrapping_neg(),
        honest.rotate_left(32),
    ];
    for &number in numbers {
        values.extend([honest.wrapping_add(number), honest.wrapping_sub(number)]);
    }
    values.into_iter().map(Word::from_u64).collect()
}

/// Values to try in place of one: near ones, extreme ones, lanes of another or of no value.
fn others(value: Word, numbers: &[u64]) -> Vec<Word> {
    let honest = value.as_u64().unwrap_or_default();
    let one = Fe::ONE;
    let lane = Fe::from(1u64 << 32);
    let eighth = zkasm::Coeff::inverse_power_of_two(3).value();
    let (lane0, lane1) = (value.lane0, value.lane1);
    let mut words = near(value, numbers);
    let values = [
        1,
        7,
        8,
        !honest,
        honest << 1,
        honest >> 1,
        honest ^ 1 << 31,
        honest ^ 1 << 63,
        u64::from(u32::MAX),
        1 << 32,
        1 << 63,
        honest.wrapping_add(1 << 32),
        honest.wrapping_sub(1 << 32),
        // Nothing special.
        0x9e37_79b9_7f4a_7c15,
        honest.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(3),
    ];
    words.extend(values.map(Word::from_u64));
    words.extend([
        // The same integer, in lanes that are out of range.
        word(lane0 + lane, lane1 + -one),
        word(lane0 + -lane, lane1 + one),
        word(lane0, lane1 + one),
        word(lane0, -one),
        word(-one, lane1),
        word(-lane0, -lane1),
        word(lane0 + lane, lane1),
        word(lane0 * eighth, lane1 * eighth),
    ]);
    words.retain(|&other| other != value);
    words
}
