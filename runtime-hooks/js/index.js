"use strict";

/**
 * The profiling hooks of zkasm-profile inside zkevm-proverjs: {@link ZkasmProfile} is a helper for its
 * executor that folds the commands `profile_*` of an instrumented program into an execution log, byte for
 * byte the one that zkasm-profile's simulator writes. `src/recorder.rs` and `src/log.rs` in this folder's
 * parent specify what is folded how; names here are theirs.
 */

const fs = require("node:fs");

const FORMAT = "zkasm-profile/log";
const VERSION = 1;
/** How often a function may stand on one context's path; deeper calls of it are gathered. */
const RECURSION_LIMIT = 10;
/** How many contexts are told apart by their call sites. */
const CONTEXT_LIMIT = 1 << 16;
/** How many regions may be open at a time. */
const REGION_LIMIT = 1 << 16;
/** The label before which a run ends. */
const END = "finalizeExecution";
const INSTRUMENT = ["off", "calls", "blocks", "instructions"];
/** What a program leaves in its variable `trap`: the first is 1. */
const TRAPS = [
    "unreachable",
    "integer-divide-by-zero",
    "integer-overflow",
    "out-of-bounds-memory",
    "out-of-bounds-table",
    "undefined-element",
    "uninitialized-element",
    "indirect-call-type-mismatch",
    "stack-overflow",
    "assertion-failed",
    "unknown-import",
];

/** How a result of 64 bits reads; of the types not here, both take 32 bits. */
const WIDE = {
    i64: (value) => `${BigInt.asIntN(64, value)}`,
    f64: (value) => `0x${value.toString(16).padStart(16, "0")}`,
};
const NARROW = {
    i32: (value) => `${BigInt.asIntN(32, value)}`,
    f32: (value) => `0x${value.toString(16).padStart(8, "0")}`,
    funcref: (value) => (value === 0n ? "null" : `${value - 1n}`),
    externref: (value) => (value === 0n ? "null" : `${value - 1n}`),
};

/**
 * Values of the six counters, in the order of every table that lists them:
 * cycles, mem, binary, arith, mem_align, keccak_f.
 * @typedef {number[]} Counters
 */

/**
 * What ran in one block of one context, or (`block` null) outside of its blocks.
 * @typedef {{context: number, block: ?number, entries: number, values: Counters}} Cell
 */

/**
 * A node of the calling-context tree; its index is `id`. `frame` is a function's number, `"root"`,
 * `"deeper"` or, of a region, `"region N"`. `children` are found by the block that ends in the call and their frame. `deeper` is the
 * nearest context of that frame on the path, or null.
 * @typedef {{
 *     id: number, parent: ?number, site: ?number, frame: number|string, calls: number, outside: Cell,
 *     blocks: Map<number, Cell>, children: Map<string, Context>, deeper: ?number,
 * }} Context
 */

/**
 * A function or a region that is open, and the cell in which it was opened.
 * @typedef {{frame: number|string, from: Cell}} Open
 */

/**
 * What was measured of a region: the cycles at which those that are open began, and numbers of the log.
 * @typedef {{
 *     open: number[], count: number, unmatched: number, min: ?number, max: ?number, sum: number, total: number,
 * }} Tally
 */

class ZkasmProfile {
    /** @type {{build: string, results: string[]}} */
    #header;
    /** The executor's context, kept from the last hook: it is one object for the whole run. */
    #ctx;
    /** The counters at the last hook. @type {Counters} */
    #last;
    /** @type {Context[]} */
    #contexts;
    /** @type {Cell} */
    #current;
    /** What is open, in the order of opening. @type {Open[]} */
    #stack;
    /** How many of them are regions. */
    #openRegions;
    /** By number. @type {Map<number, Tally>} */
    #regions;
    /** Whether the function that was entered last is left by the step that comes. */
    #leaving;
    /** The most detailed kind of hook that was seen, an index into `INSTRUMENT`. */
    #instrument;
    /** Whether the run came to its end, after which an executor that is not in debug mode goes on. */
    #over;

    /**
     * @param {object} options
     * @param {string} options.program the text of the program: the assembler drops the comments of its
     *     head, which have its build id and the types of its results
     */
    constructor({ program } = {}) {
        if (typeof program !== "string") {
            throw new TypeError("the text of the program is needed: new ZkasmProfile({ program: text })");
        }
        this.#header = readHeader(program);
        this.#reset();
    }

    /**
     * A class for whoever makes helpers without arguments and does not ask them for anything: the program
     * is read from one file, and when the process ends, the log of its last run is written to another.
     * @param {string} program path of the program's text
     * @param {string} log path of the log
     */
    static forFiles(program, log) {
        return class extends ZkasmProfile {
            constructor() {
                super({ program: fs.readFileSync(program, "utf8") });
                process.once("exit", () => {
                    try {
                        fs.writeFileSync(`${log}.new`, this.toJson());
                        fs.renameSync(`${log}.new`, log);
                    } catch (error) {
                        console.error(`${log} is not written: ${error.message}`);
                        process.exitCode ||= 2;
                    }
                });
            }
        };
    }

    // The protocol of helpers: `setup` before a run, `eval_NAME` for a command `NAME(…)`.

    /** Begins a run. */
    setup() {
        this.#reset();
    }

    /** `profile_enter(f)`: the block of the caller is suspended, `f` is the function now. */
    eval_profile_enter(ctx, tag) {
        const frame = number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        this.#open(frame, this.#current);
        this.#contexts[this.#current.context].calls += 1;
        this.#saw(1);
    }

    /** `profile_block(b)`: from this step on, steps belong to block `b`. */
    eval_profile_block(ctx, tag) {
        const block = number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        const cell = this.#cell(this.#current.context, block);
        cell.entries += 1;
        this.#current = cell;
        this.#saw(2);
    }

    /** `profile_leave(f)`: the next hook that runs belongs to the caller again. */
    eval_profile_leave(ctx, tag) {
        const frame = number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        const innermost = this.#stack.findLast(isFunction)?.frame;
        if (innermost !== frame) {
            const found = innermost === undefined ? "root" : `function ${innermost}`;
            throw new Error(`profile_leave(${frame}) without a matching profile_enter: the innermost frame is ${found}`);
        }
        this.#leaving = true;
    }

    /** `profile_resume(f)`: from this step on, steps belong to `f` as a whole. */
    eval_profile_resume(ctx, tag) {
        number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        this.#current = this.#contexts[this.#current.context].outside;
    }

    /** `profile_region_begin(r)`: from here on, steps belong to region `r`, too. */
    eval_profile_region_begin(ctx, tag) {
        const region = number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        if (this.#openRegions === REGION_LIMIT) {
            throw new Error(`profile_region_begin(${region}): ${REGION_LIMIT} regions have begun and not ended, which is the limit`);
        }
        this.#openRegions += 1;
        const tally = this.#tally(region);
        tally.count += 1;
        tally.open.push(this.#last[0]);
        const before = this.#current.context;
        this.#open(`region ${region}`, this.#current);
        if (this.#current.context !== before) {
            this.#contexts[this.#current.context].calls += 1;
        }
        this.#saw(1);
    }

    /** `profile_region_end(r)`: the region that began last of those of that number is over. */
    eval_profile_region_end(ctx, tag) {
        const region = number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        this.#saw(1);
        const tally = this.#tally(region);
        if (tally.open.length === 0) {
            tally.unmatched += 1;
            return;
        }
        const cycles = this.#last[0] - tally.open.pop();
        tally.min = Math.min(tally.min ?? cycles, cycles);
        tally.max = Math.max(tally.max ?? cycles, cycles);
        tally.sum += cycles;
        if (tally.open.length === 0) {
            tally.total += cycles;
        }
        this.#openRegions -= 1;
        this.#close(({ frame }) => frame === `region ${region}`);
    }

    /** `profile_inst(k)`: an instruction of kind `k` begins. */
    eval_profile_inst(ctx, tag) {
        number(ctx, tag);
        if (!this.#account(ctx, tag)) return;
        this.#saw(3);
    }

    // The log.

    /**
     * The log of the run that has come to its end, as an object.
     * @throws {Error} if no hook ran, or the run did not come to `finalizeExecution`
     */
    log() {
        const ctx = this.#ctx;
        if (ctx === undefined) {
            throw new Error("no hook has run: the program is not instrumented, or has not been run");
        }
        const { end, totals, passed } = this.#finish(ctx);
        const values = (cell) => (cell === this.#current ? sum(cell.values, passed) : cell.values);
        const [cycles, mem, binary, arith, mem_align, keccak_f] = totals;
        return {
            format: FORMAT,
            version: VERSION,
            build: this.#header.build,
            instrument: INSTRUMENT[this.#instrument],
            outcome: this.#outcome(ctx),
            end,
            totals: { cycles, mem, binary, arith, mem_align, keccak_f },
            contexts: this.#contexts.map(({ parent, site, frame, calls, outside, blocks }) => {
                const before = values(outside);
                return {
                    parent,
                    site,
                    frame: shown(frame),
                    calls,
                    ...(before.some((value) => value !== 0) && { outside: before }),
                    // A cell that was never entered is where a function was called whose region ended since.
                    blocks: [...blocks.values()]
                        .filter((cell) => cell.entries > 0 || values(cell).some((value) => value !== 0))
                        .sort((a, b) => a.block - b.block)
                        .map((cell) => [cell.block, cell.entries, ...values(cell)]),
                };
            }),
            live: [...this.#stack.filter(isFunction).map(({ from }) => from), this.#current]
                .map(({ context, block }) => ({ context, block })),
            ...(this.#regions.size > 0 && { regions: this.#regionCounts(cycles) }),
        };
    }

    /** The log as JSON, ending in a newline: the text of `NAME.log.json`. */
    toJson() {
        return `${JSON.stringify(this.log())}\n`;
    }

    // The calling-context tree.

    #reset() {
        this.#ctx = undefined;
        this.#last = [0, 0, 0, 0, 0, 0];
        this.#contexts = [];
        this.#current = this.#addContext(null, null, "root").outside;
        this.#stack = [];
        this.#openRegions = 0;
        this.#regions = new Map();
        this.#leaving = false;
        this.#instrument = 0;
        this.#over = false;
    }

    #addContext(parent, site, frame) {
        const id = this.#contexts.length;
        const deeper = frame === "deeper" ? id : parent === null ? null : this.#contexts[parent].deeper;
        const context = {
            id,
            parent,
            site,
            frame,
            calls: 0,
            outside: newCell(id, null),
            blocks: new Map(),
            children: new Map(),
            deeper,
        };
        this.#contexts.push(context);
        return context;
    }

    #child(parent, site, frame) {
        const { children } = this.#contexts[parent];
        const key = `${site} ${frame}`;
        let child = children.get(key);
        if (child === undefined) {
            child = this.#addContext(parent, site, frame);
            children.set(key, child);
        }
        return child;
    }

    /** The context of a function that is called from a cell. */
    #callee({ context, block }, frame) {
        const { deeper, children } = this.#contexts[context];
        if (deeper !== null) {
            return this.#child(deeper, null, frame);
        }
        const known = children.get(`${block} ${frame}`);
        if (known !== undefined) {
            return known;
        }
        if (this.#isAtLimit(context, frame)) {
            return this.#child(this.#child(context, null, "deeper").id, null, frame);
        }
        return this.#child(context, block, frame);
    }

    /** Whether a frame adds no context of its own below that one. */
    #isAtLimit(context, frame) {
        let times = 0;
        for (let id = context; id !== null; id = this.#contexts[id].parent) {
            times += this.#contexts[id].frame === frame;
        }
        return times >= RECURSION_LIMIT || this.#contexts.length >= CONTEXT_LIMIT;
    }

    /** The context of a region that is open in a context: at a limit, that one. */
    #inRegion(context, frame) {
        const { deeper, children } = this.#contexts[context];
        const known = children.get(`null ${frame}`);
        if (deeper === null && known === undefined && !this.#isAtLimit(context, frame)) {
            return this.#child(context, null, frame);
        }
        return (deeper === null && known) || this.#contexts[context];
    }

    #cell(context, block) {
        const { blocks } = this.#contexts[context];
        let cell = blocks.get(block);
        if (cell === undefined) {
            cell = newCell(context, block);
            blocks.set(block, cell);
        }
        return cell;
    }

    /** Opens a function or a region in a cell; its context is that of the current cell then. */
    #open(frame, from) {
        const context = typeof frame === "number" ? this.#callee(from, frame) : this.#inRegion(from.context, frame);
        this.#stack.push({ frame, from });
        this.#current = context.outside;
    }

    /** Closes the innermost of those that are meant: what was opened later is opened again without it. */
    #close(isMeant) {
        const [closed, ...later] = this.#stack.splice(this.#stack.findLastIndex(isMeant));
        const outside = ({ context }) => this.#contexts[context].outside;
        this.#current = isFunction(closed) ? closed.from : outside(closed.from);
        for (const open of later) {
            const { block } = open.from;
            const inBlock = isFunction(open) && block !== null;
            this.#open(open.frame, inBlock ? this.#cell(this.#current.context, block) : outside(this.#current));
        }
    }

    // Regions.

    /** @returns {Tally} */
    #tally(region) {
        let tally = this.#regions.get(region);
        if (tally === undefined) {
            tally = { open: [], count: 0, unmatched: 0, min: null, max: null, sum: 0, total: 0 };
            this.#regions.set(region, tally);
        }
        return tally;
    }

    /** The numbers at the end of a run of so many cycles. */
    #regionCounts(cycles) {
        return [...this.#regions]
            .sort(([a], [b]) => a - b)
            .map(([region, { open, count, unmatched, min, max, sum, total }]) => ({
                region,
                count,
                open: open.length,
                unmatched,
                min,
                max,
                sum,
                total: total + (open.length > 0 ? cycles - open[0] : 0),
            }));
    }

    #saw(detail) {
        this.#instrument = Math.max(this.#instrument, detail);
    }

    // The executor's counters.

    /** Charges what ran since the last hook to where it belongs; false if the run is over. */
    #account(ctx, tag) {
        this.#ctx = ctx;
        const end = ctx.rom.labels[END];
        // What stands before the step at the end is not of the run, unlike what stands after the step before.
        this.#over ||= Number(ctx.zkPC) === end && ctx.rom.program[end].cmdBefore?.includes(tag) === true;
        if (this.#over) {
            return false;
        }
        const now = this.#counters(ctx, ctx.step);
        const values = this.#current.values;
        for (let i = 0; i < now.length; i++) {
            values[i] += now[i] - this.#last[i];
        }
        this.#last = now;
        if (this.#leaving) {
            this.#leaving = false;
            this.#close(isFunction);
        }
        return true;
    }

    /**
     * All that is counted before a step, which is not before the last hook. The executor has no counter of
     * memory accesses: they are added up from the column `mOp` that it commits, a row for each step. Row
     * numbers are modulo the number of rows that it was given, so the steps since the last hook must fit.
     * @returns {Counters}
     */
    #counters({ pols }, step) {
        const rows = pols.zkPC.length;
        let [from, mem] = this.#last;
        if (step - from > rows) {
            throw new Error(`${step - from} steps without a hook, of which ${rows} rows are kept: more rows, or more hooks, are needed`);
        }
        for (; from < step; from++) {
            mem += Number(pols.mOp[from % rows]);
        }
        const counter = (column) => Number(column[step % rows]);
        return [
            step,
            mem,
            counter(pols.cntBinary),
            counter(pols.cntArith),
            counter(pols.cntMemAlign),
            counter(pols.cntKeccakF),
        ];
    }

    /** Where the run ended, and what was counted until then, in all and since the last hook. */
    #finish(ctx) {
        const { pols, rom } = ctx;
        const rows = pols.zkPC.length;
        const end = rom.labels[END];
        // A run in debug mode stops here; any other stays here until the last row.
        let step = this.#last[0];
        while (step < ctx.step && Number(pols.zkPC[step % rows]) !== end) {
            step += 1;
        }
        const zkpc = Number(pols.zkPC[step % rows]);
        if (zkpc !== end) {
            throw new Error(`the run has not come to ${END}: after ${step} steps it stands at ROM line ${zkpc}`);
        }
        const totals = this.#counters(ctx, step);
        return { end, totals, passed: totals.map((value, i) => value - this.#last[i]) };
    }

    // The outcome.

    #outcome(ctx) {
        const code = variable(ctx, "trap") ?? 0n;
        if (code !== 0n) {
            const trap = TRAPS[Number(code) - 1];
            if (trap === undefined) {
                throw new Error(`variable trap holds ${code}: no such trap`);
            }
            return { outcome: "trap", trap };
        }
        const results = this.#header.results.map((type, index) => {
            const name = `result_${index}`;
            const value = variable(ctx, name);
            if (value === undefined) {
                throw new Error(`the program announces ${name} and has no line that accesses it`);
            }
            if (!(type in WIDE) && value >> 32n !== 0n) {
                throw new Error(`variable ${name} holds ${value}: not below 2^32`);
            }
            return `${type}:${(WIDE[type] ?? NARROW[type])(value)}`;
        });
        return { outcome: "halted", results };
    }
}

/** Whether what is open is a function. */
function isFunction({ frame }) {
    return typeof frame === "number";
}

/** A frame as the log has it. */
function shown(frame) {
    if (typeof frame === "number") {
        return { function: frame };
    }
    const [kind, region] = frame.split(" ");
    return region === undefined ? kind : { region: Number(region) };
}

/** @returns {Cell} */
function newCell(context, block) {
    return { context, block, entries: 0, values: [0, 0, 0, 0, 0, 0] };
}

function sum(a, b) {
    return a.map((value, i) => value + b[i]);
}

/** The only parameter of a hook. */
function number(ctx, { funcName, params }) {
    const id = params.length === 1 && params[0].op === "number" ? Number(params[0].num) : NaN;
    if (!Number.isInteger(id) || id < 0 || id > 0xffffffff) {
        throw new Error(`${funcName} takes one number below 2^32 ${ctx.sourceRef}`);
    }
    return id;
}

/**
 * The value of a global variable. The ROM names variables only in the lines that access them: undefined if
 * none does.
 */
function variable({ rom, mem }, name) {
    const line = rom.program.find((line) => line.mOp && line.offsetLabel === name);
    if (line === undefined) {
        return undefined;
    }
    if (line.useCTX) {
        throw new Error(`variable ${name} is not GLOBAL`);
    }
    const lanes = (mem[line.offset] ?? [0n, 0n]).map(BigInt);
    if (lanes.some((lane) => lane >> 32n !== 0n)) {
        throw new Error(`variable ${name} holds the lanes ${lanes.join(", ")}: one is outside of 0..2^32`);
    }
    return lanes[0] + (lanes[1] << 32n);
}

/** What comments before the first step say: `; build ID` and `; results: TYPE…`. */
function readHeader(program) {
    const header = {};
    const say = (key, value) => {
        if (key in header) {
            throw new Error(`the program's header says again what its ${key} is`);
        }
        header[key] = value;
    };
    for (const line of program.split("\n").map((line) => line.trim())) {
        if (line.startsWith("; build ")) {
            say("build", line.slice(8).trim());
        } else if (line.startsWith("; results:")) {
            const types = line.slice(10).split(/\s+/).filter(Boolean);
            const unknown = types.find((type) => !Object.hasOwn(WIDE, type) && !Object.hasOwn(NARROW, type));
            if (unknown !== undefined) {
                throw new Error(`unknown result type ${unknown} in the program's header`);
            }
            say("results", types);
        } else if (!/^(;.*|VAR\s.*|CONSTL?\s.*|[\w.]+:|\$\$\{.*)?$/.test(line)) {
            break;
        }
    }
    return { build: "", results: [], ...header };
}

module.exports = ZkasmProfile;
