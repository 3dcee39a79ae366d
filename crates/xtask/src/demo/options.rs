//! What the demo can be told.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// The demo's options.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub ports: Ports,
    /// Absolute.
    pub data: PathBuf,
    pub fresh: bool,
    pub forward: bool,
    /// Receipts are kept in a bucket.
    pub s3: bool,
}

/// 0 is a free one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ports {
    pub gateway: u16,
    pub shop: u16,
    /// The upstream's or the bucket's: there is one of them at most.
    pub third: u16,
}

impl Options {
    /// Reads the words after `cargo xtask demo`.
    pub(super) fn parse(arguments: &[String]) -> Result<Options> {
        let mut options =
            Options { ports: Ports::default(), data: workspace::target().join("demo"), fresh: false, forward: false, s3: false };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let (name, joined) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            let mut value = || joined.or_else(|| words.next().map(String::as_str)).with_context(|| format!("{name} needs a value"));
            match name {
                "--port" => options.ports = ports(value()?)?,
                "--data" => options.data = std::path::absolute(value()?).context("--data names no folder")?,
                "--fresh" if joined.is_none() => options.fresh = true,
                "--forward" if joined.is_none() => options.forward = true,
                "--s3" if joined.is_none() => options.s3 = true,
                _ => bail!("`cargo xtask demo` knows --port N, --data DIR, --fresh, --forward and --s3, not `{word}`"),
            }
        }
        if options.forward && options.s3 {
            bail!("it is either --forward or --s3: where another gateway keeps the registrations, it keeps the receipts as well");
        }
        Ok(options)
    }
}

/// Three in a row, so that one number says where everything is.
fn ports(text: &str) -> Result<Ports> {
    let port: u16 = text
        .parse()
        .ok()
        .filter(|port| (1..=u16::MAX - 2).contains(port))
        .with_context(|| format!("--port is a number from 1 to {}, since the next two are used as well; not `{text}`", u16::MAX - 2))?;
    Ok(Ports { gateway: port, shop: port + 1, third: port + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_ports_follow_one_another() {
        let ports = parse(&["--port", "8787", "--forward"]).unwrap().ports;
        assert_eq!(ports, Ports { gateway: 8787, shop: 8788, third: 8789 });
        assert_eq!(parse(&["--port=65533"]).unwrap().ports.third, 65535);
        assert!(parse(&["--port", "65534"]).is_err());
        assert!(parse(&["--port", "0"]).is_err());
    }

    #[test]
    fn without_options_ports_are_free_ones_and_data_is_under_target() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.ports, Ports::default());
        assert!(options.data.ends_with("target/demo") && !options.fresh && !options.forward && !options.s3);
    }

    #[test]
    fn a_folder_is_the_one_seen_from_where_the_command_is_given() {
        assert_eq!(parse(&["--data", "here"]).unwrap().data, std::env::current_dir().unwrap().join("here"));
        assert_eq!(parse(&["--data", "/tmp/there", "--fresh"]).unwrap().data, PathBuf::from("/tmp/there"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for words in [["--prot", "1"], ["--port", "x"], ["--fresh=no", "--forward"], ["more", "words"]] {
            assert!(parse(&words).is_err(), "{words:?}");
        }
        assert!(parse(&["--data"]).is_err());
        assert!(parse(&["--s3"]).unwrap().s3);
        assert!(parse(&["--s3", "--forward"]).is_err());
    }
}
