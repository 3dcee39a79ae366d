//! `cargo xtask test crash --cycles N`: the gateway's stories of kills, with as many kills as somebody has time for. The ordinary run has a hundred.

use anyhow::{Context, Result, bail};

use crate::run::{cargo, run};

/// The part's word. No part of a whole run: the stories are in `native` already.
pub(super) const WORD: &str = "crash";

/// Says to the story how many.
const VARIABLE: &str = "REGCARD_TEST_CRASHES";

/// A hundred are in every run; who asks without a number wants more than that.
const CYCLES: u32 = 1_000;

/// Runs the stories.
pub(super) fn again_and_again(arguments: &[String]) -> Result<()> {
    let cycles = cycles(arguments)?;
    // Seen while it runs, since it may run for hours.
    let stories = ["test", "-p", "regcard-gateway", "--test", "it", "crash", "--", "--nocapture"];
    run(cargo(None).env(VARIABLE, cycles.to_string()).args(stories))
}

fn cycles(arguments: &[String]) -> Result<u32> {
    let words: Vec<&str> = arguments.iter().flat_map(|argument| argument.split('=')).collect();
    match words.as_slice() {
        [] => Ok(CYCLES),
        ["--cycles", number] => match number.parse().with_context(|| format!("--cycles is a number, not `{number}`"))? {
            0 => bail!("--cycles is at least 1: a story without a kill shows nothing"),
            cycles => Ok(cycles),
        },
        more => bail!("`cargo xtask test crash` knows --cycles N, not `{}`", more.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<u32> {
        cycles(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn as_many_kills_as_somebody_asks_for() {
        assert_eq!(asked(&[]).unwrap(), CYCLES);
        assert_eq!((asked(&["--cycles", "7"]).unwrap(), asked(&["--cycles=7"]).unwrap()), (7, 7));
        for words in [&["--cycles"][..], &["--cycles", "0"], &["--cycles", "many"], &["--cycle", "7"], &["7"]] {
            assert!(asked(words).is_err(), "{words:?}");
        }
    }
}
