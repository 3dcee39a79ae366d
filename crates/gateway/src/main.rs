//! The gateway's binary: reads the command line, runs the command, says what went wrong.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    regcard_gateway::cli::run(regcard_gateway::cli::Cli::parse())
}
