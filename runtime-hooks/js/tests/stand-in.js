"use strict";

/** A stand-in for the executor: it replays what a trace has of a run, hook by hook, to a helper. */

const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

const FIXTURES = path.join(__dirname, "..", "..", "fixtures");
const COLUMNS = ["zkPC", "mOp", "cntBinary", "cntArith", "cntMemAlign", "cntKeccakF"];

/** The text of a fixture, which may be compressed. */
function fixture(name) {
    const file = path.join(FIXTURES, name);
    return fs.existsSync(file)
        ? fs.readFileSync(file, "utf8")
        : zlib.gunzipSync(fs.readFileSync(`${file}.gz`)).toString("utf8");
}

/**
 * The executor's context: columns of so many rows, which steps use in turn, and a ROM that knows the label
 * of the end and the lines that name variables.
 */
function context(rows, { end, variables = {} }) {
    const pols = Object.fromEntries(COLUMNS.map((name) => [name, new Array(rows).fill(0n)]));
    const program = Array.from({ length: end + 1 }, () => ({}));
    const mem = [];
    for (const [name, [offset, ...lanes]] of Object.entries(variables)) {
        program.push({ mOp: 1, mWR: 1, offset, offsetLabel: name, useCTX: 0 });
        mem[offset] = lanes.map(BigInt);
    }
    return { pols, mem, rom: { program, labels: { finalizeExecution: end } }, step: 0, zkPC: 0n, sourceRef: "[stand-in]" };
}

/** The command that calls a function with a number. */
function command(name, id) {
    return { op: "functionCall", funcName: name, params: [{ op: "number", num: String(id) }] };
}

/**
 * Brings the context to a later step, `[step, zkPC, mem, binary, arith, mem_align, keccak_f]`. Of the steps
 * since `from`, the first ones are those that access memory.
 */
function advance(ctx, from, [step, zkPC, mem, ...counters]) {
    const rows = ctx.pols.zkPC.length;
    for (let s = from.step; s < step; s++) {
        ctx.pols.mOp[s % rows] = s - from.step < mem - from.mem ? 1n : 0n;
        ctx.pols.zkPC[(s + 1) % rows] = -1n;
    }
    ctx.step = step;
    ctx.zkPC = BigInt(zkPC);
    ctx.pols.zkPC[step % rows] = ctx.zkPC;
    COLUMNS.slice(2).forEach((name, i) => {
        ctx.pols[name][step % rows] = BigInt(counters[i] ?? 0);
    });
    return { step, mem };
}

/** Runs a trace to its end. */
function replay(helper, trace, rows) {
    helper.setup({});
    const ctx = context(rows, trace);
    let at = { step: 0, mem: 0 };
    for (const [name, id, ...now] of trace.hooks) {
        at = advance(ctx, at, now);
        helper[`eval_profile_${name}`](ctx, command(`profile_${name}`, id));
    }
    advance(ctx, at, trace.stop);
    return ctx;
}

module.exports = { fixture, context, command, advance, replay };
