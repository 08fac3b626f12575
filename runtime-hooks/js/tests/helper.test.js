"use strict";

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");

const ZkasmProfile = require("..");
const { fixture, context, command, replay } = require("./stand-in.js");

/** Hooks at cycles, as `["enter", 0, 3]`, run to an end at line 99. */
function record(hooks, stop, { program = "", rows = 1024, variables } = {}) {
    const helper = new ZkasmProfile({ program });
    const at = (cycles) => [cycles, cycles === stop ? 99 : 7, 0, 0, 0, 0, 0];
    const trace = {
        end: 99,
        variables,
        hooks: hooks.map(([name, id, cycles]) => [name, id, ...at(cycles)]),
        stop: at(stop),
    };
    replay(helper, trace, rows);
    return helper;
}

const cycles = (log) =>
    log.contexts
        .flatMap(({ outside, blocks }) => [outside?.[0] ?? 0, ...blocks.map((block) => block[2])])
        .reduce((a, b) => a + b);

for (const name of ["fibonacci", "fibonacci-calls", "traps-deep", "machine", "hash", "regions"]) {
    test(`the trace of ${name} gives its log`, () => {
        const trace = JSON.parse(fixture(`${name}.trace.json`));
        const helper = new ZkasmProfile({ program: fixture(`${name}.zkasm`) });
        const log = fixture(`${name}.log.json`);
        replay(helper, trace, 4096);
        assert.equal(helper.toJson(), log);
        assert.equal(helper.toJson(), log, "asking twice changes nothing");
        replay(helper, trace, 4096);
        assert.equal(helper.toJson(), log, "a second run begins anew");
    });
}

test("steps may use their rows again, but not between two hooks", () => {
    const trace = JSON.parse(fixture("fibonacci.trace.json"));
    const steps = [...trace.hooks.map((hook) => hook[2]), trace.stop[0]];
    const rows = Math.max(...steps.map((step, i) => step - (steps[i - 1] ?? 0)));
    assert.ok(rows * 10 < trace.stop[0]);
    const helper = new ZkasmProfile({ program: fixture("fibonacci.zkasm") });
    replay(helper, trace, rows);
    assert.equal(helper.toJson(), fixture("fibonacci.log.json"));
    assert.throws(() => replay(helper, trace, rows - 1), new RegExp(`${rows} steps without a hook, of which ${rows - 1} rows`));
});

test("the returning step belongs to the callee", () => {
    const log = record(
        [
            ["enter", 0, 0],
            ["block", 0, 0],
            ["enter", 1, 3],
            ["block", 2, 3],
            ["leave", 1, 5],
            ["block", 1, 6],
        ],
        10,
    ).log();
    const blocks = log.contexts.flatMap(({ blocks }) => blocks.map((block) => block.slice(0, 3)));
    assert.deepEqual(blocks, [[0, 1, 3], [1, 1, 4], [2, 1, 3]]);
    assert.deepEqual(log.live, [{ context: 0, block: null }, { context: 1, block: 1 }]);
    assert.equal(log.instrument, "blocks");
    assert.equal(cycles(log), 10);
});

test("deep recursion is gathered and adds up", () => {
    const hooks = [];
    for (let depth = 0; depth < 50; depth++) {
        hooks.push(["enter", 3, depth * 2], ["block", 0, depth * 2]);
    }
    for (let depth = 0; depth < 49; depth++) {
        hooks.push(["leave", 3, 100 + depth * 2], ["block", 1, 101 + depth * 2]);
    }
    const log = record(hooks, 300).log();
    assert.equal(log.contexts.length, 1 + 10 + 2);
    assert.equal(log.contexts[11].frame, "deeper");
    assert.deepEqual(log.contexts[12], {
        ...log.contexts[12],
        parent: 11,
        site: null,
        frame: { function: 3 },
        calls: 40,
    });
    assert.equal(log.live.length, 2);
    assert.equal(cycles(log), 300);
});

test("so many contexts are told apart, and no more", () => {
    const hooks = [["enter", 0, 0]];
    for (let call = 0; call < 70000; call++) {
        hooks.push(["block", 2 * call, call * 2], ["enter", 1, call * 2], ["leave", 1, call * 2]);
    }
    hooks.push(["block", 1, 140000]);
    const log = record(hooks, 140001, { rows: 2 ** 18 }).log();
    assert.equal(log.contexts.length, 2 ** 16 + 2);
    assert.equal(log.contexts[2 ** 16].frame, "deeper");
    assert.equal(log.contexts[2 ** 16 + 1].calls, 70000 - (2 ** 16 - 2));
    assert.equal(cycles(log), 140001);
});

test("with calls only, a function's steps are outside of any block", () => {
    const log = record([["enter", 0, 0], ["enter", 1, 4], ["leave", 1, 7], ["resume", 0, 8]], 10).log();
    assert.equal(log.instrument, "calls");
    assert.deepEqual(log.contexts.map(({ outside }) => outside?.[0]), [undefined, 6, 4]);
    assert.equal(record([["enter", 0, 0], ["inst", 0, 0]], 1).log().instrument, "instructions");
});

/** Cycles by stack. */
function byStack({ contexts }) {
    const path = ({ parent, frame }) =>
        parent === null ? [] : [...path(contexts[parent]), Object.entries(frame).flat().join(" ")];
    const spent = contexts.map((context) => [
        path(context).join(", "),
        [context.outside?.[0] ?? 0, ...context.blocks.map((block) => block[2])].reduce((a, b) => a + b),
    ]);
    return Object.fromEntries(spent.filter(([, cycles]) => cycles > 0));
}

test("regions may overlap, and outlive the function that began them", () => {
    const log = record(
        [
            ["enter", 0, 0],
            ["enter", 1, 1],
            ["region_begin", 7, 2],
            ["leave", 1, 3],
            ["resume", 0, 4],
            ["region_begin", 8, 10],
            ["region_end", 7, 12],
            ["region_end", 7, 13],
        ],
        20,
    ).log();
    assert.deepEqual(byStack(log), {
        "function 0": 1,
        "function 0, function 1": 1,
        "function 0, function 1, region 7": 2,
        "function 0, region 7": 6,
        "function 0, region 7, region 8": 2,
        "function 0, region 8": 8,
    });
    assert.deepEqual(log.regions, [
        { region: 7, count: 1, open: 0, unmatched: 1, min: 10, max: 10, sum: 10, total: 10 },
        { region: 8, count: 1, open: 1, unmatched: 0, min: null, max: null, sum: 0, total: 10 },
    ]);
    assert.deepEqual(log.live.map(({ context }) => log.contexts[context].frame), ["root", { region: 8 }]);
});

test("at a limit, a region adds no context", () => {
    const hooks = [["enter", 0, 0]];
    for (let i = 0; i < 30; i++) {
        hooks.push(["region_begin", 1, i]);
    }
    const log = record(hooks, 100).log();
    assert.equal(log.contexts.length, 2 + 10);
    assert.deepEqual([log.regions[0].count, log.regions[0].open, log.regions[0].total], [30, 30, 100]);
    const many = Array.from({ length: 2 ** 16 + 1 }, () => ["region_begin", 1, 0]);
    assert.throws(() => record(many, 1), /profile_region_begin\(1\): 65536 regions have begun and not ended/);
});

test("hooks that do not fit together are refused", () => {
    assert.throws(() => record([["leave", 0, 0]], 1), /profile_leave\(0\) without a matching profile_enter.* root/);
    assert.throws(() => record([["enter", 0, 0], ["leave", 1, 1]], 2), /profile_leave\(1\).*function 0/);
});

test("a hook takes one number below 2^32", () => {
    const helper = new ZkasmProfile({ program: "" });
    const ctx = context(8, { end: 1 });
    const bad = [
        { ...command("profile_block", 0), params: [] },
        { ...command("profile_block", 0), params: [{ op: "number", num: "1" }, { op: "number", num: "2" }] },
        { ...command("profile_block", 0), params: [{ op: "getReg", regName: "A" }] },
        command("profile_block", 2 ** 32),
        command("profile_block", -1),
    ];
    for (const tag of bad) {
        assert.throws(() => helper.eval_profile_block(ctx, tag), /profile_block takes one number below 2\^32 \[stand-in\]/);
    }
    helper.eval_profile_block(ctx, command("profile_block", 2 ** 32 - 1));
});

test("there is no log of a run without hooks, or without end", () => {
    assert.throws(() => new ZkasmProfile({ program: "" }).log(), /no hook has run/);
    const helper = new ZkasmProfile({ program: "" });
    replay(helper, { end: 99, hooks: [["enter", 0, 0, 0, 0, 0, 0, 0, 0]], stop: [5, 12, 0, 0, 0, 0, 0] }, 8);
    assert.throws(() => helper.log(), /not come to finalizeExecution: after 5 steps it stands at ROM line 12/);
});

/** A run of four steps with two binary operations, which then is at its end. */
const SHORT = { end: 99, hooks: [["enter", 0, 0, 0, 0, 0, 0, 0, 0]], stop: [4, 99, 0, 2, 0, 0, 0] };

test("a hook after the last step is of the run, one before the step at the end is not", () => {
    for (const [ofTheRun, blocks] of [[true, [[0, 1, 0, 0, 0, 0, 0, 0]]], [false, []]]) {
        const helper = new ZkasmProfile({ program: "" });
        const ctx = replay(helper, SHORT, 16);
        const hook = command("profile_block", 0);
        ctx.rom.program[99].cmdBefore = [ofTheRun ? command("profile_block", 1) : hook];
        helper.eval_profile_block(ctx, hook);
        assert.deepEqual(helper.log().contexts[1].blocks, blocks);
        assert.equal(cycles(helper.log()), 4);
    }
});

test("an executor that is not in debug mode goes on after the end", () => {
    const helper = new ZkasmProfile({ program: "" });
    const ctx = replay(helper, SHORT, 16);
    const log = helper.toJson();
    const hook = command("profile_block", 0);
    ctx.rom.program[99].cmdBefore = [hook];
    for (; ctx.step < 15; ctx.step++) {
        ctx.pols.zkPC[ctx.step] = 99n;
        helper.eval_profile_block(ctx, hook);
    }
    ctx.zkPC = ctx.pols.zkPC[15] = 100n;
    helper.eval_profile_block(ctx, command("profile_block", 1));
    assert.equal(helper.toJson(), log);
    const { cycles, binary } = helper.log().totals;
    assert.deepEqual([cycles, binary], [4, 2]);
});

const END = [[["enter", 0, 0]], 1];

test("results read as their types", () => {
    const program = "; build x\nVAR GLOBAL a\nCONSTL %B = 1n\nstart:\n$${c()}\n\n; results: i32 i64 f32 f64 externref\n  0 => A\n; build y\n";
    const lanes = { result_0: [0, 2 ** 32 - 2, 0], result_1: [1, 5, 2 ** 31], result_2: [2, 1, 0], result_3: [3, 1, 0], result_4: [4, 0, 0] };
    const helper = record(...END, { program, variables: lanes });
    const log = helper.log();
    assert.equal(log.build, "x");
    assert.deepEqual(log.outcome, {
        outcome: "halted",
        results: ["i32:-2", "i64:-9223372036854775803", "f32:0x00000001", "f64:0x0000000000000001", "externref:null"],
    });
});

test("a result that is none is refused", () => {
    const program = "; results: i32\n";
    const refused = (variables, message) => assert.throws(() => record(...END, { program, variables }).log(), message);
    refused({ result_0: [0, 0, 1] }, /result_0 holds 4294967296: not below 2\^32/);
    refused({ result_0: [0, 2 ** 32, 0] }, /result_0 holds the lanes 4294967296, 0: one is outside/);
    refused({}, /announces result_0 and has no line that accesses it/);
    refused({ trap: [0, 4711, 0] }, /variable trap holds 4711: no such trap/);
    const trapped = record(...END, { program, variables: { trap: [0, 9, 0] } }).log();
    assert.deepEqual(trapped.outcome, { outcome: "trap", trap: "stack-overflow" });
});

test("a helper needs the text of its program", () => {
    for (const options of [[], [{}], [{ program: null }]]) {
        assert.throws(() => new ZkasmProfile(...options), /the text of the program is needed/);
    }
});

test("a header that contradicts itself is refused", () => {
    assert.throws(() => new ZkasmProfile({ program: "; build a\n; build b\n" }), /says again what its build is/);
    assert.throws(() => new ZkasmProfile({ program: "; results: v128\n" }), /unknown result type v128/);
    assert.throws(() => new ZkasmProfile({ program: "; results: constructor\n" }), /unknown result type constructor/);
});

test("a helper for files writes the log when the process ends", (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "zkasm-profile-"));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const [program, log] = ["p.zkasm", "p.log.json"].map((name) => path.join(folder, name));
    fs.writeFileSync(program, fixture("machine.zkasm"));
    const run = (replays) =>
        spawnSync(process.execPath, ["-e", `
            const { fixture, replay } = require("./stand-in.js");
            const Helper = require("..").forFiles(${JSON.stringify(program)}, ${JSON.stringify(log)});
            const helper = new Helper();
            if (${replays}) replay(helper, JSON.parse(fixture("machine.trace.json")), 512);
        `], { cwd: __dirname, encoding: "utf8" });
    const without = run(false);
    assert.equal(without.status, 2);
    assert.match(without.stderr, /p\.log\.json is not written: no hook has run/);
    assert.ok(!fs.existsSync(log));
    assert.equal(run(true).status, 0);
    assert.equal(fs.readFileSync(log, "utf8"), fixture("machine.log.json"));
    assert.deepEqual(fs.readdirSync(folder).sort(), ["p.log.json", "p.zkasm"]);
});
