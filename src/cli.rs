//! The command line: `run(args, out, err) -> ExitCode`.
