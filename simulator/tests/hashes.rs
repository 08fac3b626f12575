//! Hashes: what the steps of one accept and refuse, the digest, and what it costs.

mod common;

use common::{changed, run};
use zkasm::Counter;

/// Fixes the digest of hash 0, claims it, and clears the registers that took part.
const CLAIM: &str = "HASHPOS :HASHKLEN(0)
${hashKDigestR64(0, 1)} => A
${hashKDigestR64(0, 2)} => B
${hashKDigestR64(0, 3)} => C
${hashKDigestR64(0, 0)} :HASHKDIGEST(0)
";

#[test]
fn the_digest_is_keccak_256() {
    // keccak-256 of nothing, and of "abc".
    for (bytes, part, expected) in [
        ("", 0, 0x7bfa_d804_5d85_a470u64),
        ("", 1, 0xe500_b653_ca82_273b),
        ("", 2, 0x927e_7db2_dcc7_03c0),
        ("", 3, 0xc5d2_4601_86f7_233c),
        ("3 => D\n 0x616263 :HASHK(0)\n", 0, 0xec44_f58f_a12d_6c45),
        ("3 => D\n 0x616263 :HASHK(0)\n", 3, 0x4e03_657a_ea45_a94f),
        (
            "0x61 :HASHK1(0)\n 2 => D\n 0x6263 :HASHK(0)\n",
            3,
            0x4e03_657a_ea45_a94f,
        ),
    ] {
        let text =
            format!("{bytes}{CLAIM}${{hashKDigestR64(0, {part})}} => E\n0 => A, B, C, D, HASHPOS");
        let report = run(&text).unwrap_or_else(|error| panic!("{error} for {bytes:?}"));
        assert_eq!(changed(&report), format!("E={expected}"), "{bytes:?}");
        assert_eq!(report.log.totals.0[Counter::KeccakF], 1);
    }
}

#[test]
fn a_digest_costs_its_blocks() {
    // The padding takes a byte at least: 135 bytes fit one block of 136.
    for (bytes, blocks) in [(0, 1), (135, 1), (136, 2), (271, 2), (272, 3)] {
        let hashed = "7 :HASHK1(0)\n".repeat(bytes);
        let text = format!("{hashed}{CLAIM}CNT_KECCAK_F => E\n0 => A, B, C, HASHPOS");
        let report = run(&text).unwrap_or_else(|error| panic!("{error} for {bytes} bytes"));
        assert_eq!(report.log.totals.0[Counter::KeccakF], blocks, "{bytes}");
        assert_eq!(changed(&report), format!("E={blocks}"), "{bytes}");
    }
    // Without a digest there is nothing to compute.
    let report = run("7 :HASHK1(0)\n 1 :HASHKLEN(0)").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.log.totals.0[Counter::KeccakF], 0);
}

#[test]
fn what_fits_is_accepted() {
    for (text, expected) in [
        ("3 => D\n 0x010203 :HASHK(0)", "D=3 HASHPOS=3"),
        ("8 => D\n 0xffffffffffffffffn :HASHK(0)", "D=8 HASHPOS=8"),
        ("0 :HASHK(0)\n 0 :HASHKLEN(0)", ""),
        ("0xff :HASHK1(0)", "HASHPOS=1"),
        // Only lane 0 of D and of the length counts.
        ("0x300000003n => D\n 5 :HASHK(0)", "D=12884901891 HASHPOS=3"),
        ("5 :HASHK1(0)\n 0x100000001n :HASHKLEN(0)", "HASHPOS=1"),
        // The number is in E; the hash is 0 all the same.
        ("7 :HASHK1(0)\n 1 => E\n 7 :HASHK1(E)", "E=1 HASHPOS=2"),
        // A step that sets HASHPOS goes on from what it sets.
        ("3 => D\n 5 => HASHPOS :HASHK(0)", "D=3 HASHPOS=8"),
        // Bytes can be claimed again, and read by `$`.
        (
            "3 => D\n 0x010203 :HASHK(0)\n 0 => HASHPOS\n $ => A :HASHK(0)\n 0 => D",
            "A=66051 HASHPOS=3",
        ),
        (
            "9 :HASHK1(0)\n 0 => HASHPOS\n $ => A :HASHK1(0), JMP(l)\n l: 0 => HASHPOS",
            "A=9",
        ),
        // Bytes before the first one, and gaps that no length is claimed over.
        ("-1 => HASHPOS\n 0 :HASHK1(0)", ""),
        ("3 => HASHPOS\n 0 :HASHK1(0)\n 0 => HASHPOS", ""),
        // More bytes after the length.
        (
            "5 :HASHK1(0)\n 1 :HASHKLEN(0)\n 4 :HASHK1(0)\n 0 => HASHPOS",
            "",
        ),
    ] {
        let report = run(text).unwrap_or_else(|error| panic!("{error} for {text:?}"));
        assert_eq!(changed(&report), expected, "{text:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let step = "7 :HASHK1(0)\n";
    let claimed = format!("{CLAIM}${{hashKDigestR64(0, 0)}} :HASHKDIGEST(0)");
    for (text, expected) in [
        (
            "9 => D\n 0 :HASHK(0)",
            "HASHK takes 0 to 8 bytes, not D = 9",
        ),
        (
            "-1 => D\n 0 :HASHK(0)",
            "HASHK takes 0 to 8 bytes, not D = -1",
        ),
        (
            "3 => D\n 0x01020304 :HASHK(0)",
            "op = 0x1020304 has more than 3 bytes",
        ),
        ("1 :HASHK(0)", "op = 0x1 has more than 0 bytes"),
        ("256 :HASHK1(0)", "op = 0x100 has more than 1 bytes"),
        (
            &format!("{step}0 => HASHPOS\n 8 :HASHK1(0)"),
            "byte 0 is 0x07, not 0x08",
        ),
        (
            &format!("{step}0 => HASHPOS\n 0 :HASHK(0)"),
            "1 bytes were hashed from byte 0 on, now 0",
        ),
        (
            "$ => A :HASHK1(0)",
            "byte 0 is not known, so `$` has no value",
        ),
        ("1 :HASHKLEN(0)", "HASHKLEN: the length is 0, not op = 1"),
        (
            &format!("{step}0 :HASHKLEN(0)"),
            "HASHKLEN: the length is 1, not op = 0",
        ),
        (
            &format!("2 => HASHPOS\n {step}3 :HASHKLEN(0)"),
            "HASHKLEN: byte 0 is missing",
        ),
        ("0 :HASHKLEN(0)\n 0 :HASHKLEN(0)", "HASHKLEN a second time"),
        ("0 :HASHKDIGEST(0)", "there is no digest before HASHKLEN"),
        (
            &format!("{step}0 :HASHKDIGEST(0)"),
            "there is no digest before HASHKLEN",
        ),
        (
            "${hashKDigestR64(0, 0)} => A",
            "there is no digest before HASHKLEN",
        ),
        (
            "0 :HASHKLEN(0)\n ${hashKDigestR64(0, 4)} => A",
            "a digest has parts 0 to 3, not 4",
        ),
        (
            "0 :HASHKLEN(0)\n 1 :HASHKDIGEST(0)",
            "HASHKDIGEST: the digest is [7bfad8045d85a470, e500b653ca82273b, 927e7db2dcc703c0, c5d2460186f7233c], not op, A, B, C = [1, 0, 0, 0]",
        ),
        (&claimed, "HASHKDIGEST a second time"),
    ] {
        let error = match run(text) {
            Ok(_) => panic!("{text:?} runs"),
            Err(error) => error.to_string(),
        };
        assert!(
            error.ends_with(&format!(": hash 0: {expected}")),
            "{error} for {text:?}"
        );
    }
}

#[test]
fn numbers_and_ends_are_the_executors() {
    for (text, expected) in [
        (
            "7 :HASHK1(1)",
            "step 1, zkPC 1, line 3: hash 1: there is no hash 0: the executor wants them numbered without gaps",
        ),
        // Pieces may overlap, as long as they agree.
        (
            "2 => D\n 0x0102 :HASHK(0)\n 1 => HASHPOS\n 0x0203 :HASHK(0)\n 3 :HASHKLEN(0)",
            "",
        ),
        (
            "70000 => E\n 0 :HASHK1(E)",
            "step 1, zkPC 1, line 2: address 70000 is outside of its region of 65536 words",
        ),
        (
            "-1 => E\n 0 :HASHK1(E)",
            "step 1, zkPC 1, line 2: address -1 is outside of its region of 65536 words",
        ),
        (
            "A - 1 :HASHK1(0)",
            "step 0, zkPC 0, line 1: op holds [-1, 0], with a lane outside of 0..2^32",
        ),
    ] {
        let message = run(text).map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(message, expected, "{text:?}");
    }
}
