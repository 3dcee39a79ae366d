//! What a visitor downloads, and what it may weigh.
//! Weighed as the gateway answers a browser that takes brotli, since that is what phones pay for.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::gateway::{FORM, Gateway, Key, Listen};
use crate::{http, workspace};

/// 6 KiB: the loader with the first form and its style sheet, which every visitor of a product page pays for. Four packets
/// of the first flight of a TCP connection.
const LOADER_BUDGET: usize = 6 * 1024;

/// 125 KiB: wasm and glue together, with every kind of field, paid for by whoever touches the form. Two and a half seconds on a slow
/// phone connection.
const LIVE_BUDGET: usize = 125 * 1024;

/// Bytes as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub loader: usize,
    pub wasm: usize,
    pub glue: usize,
}

impl Sizes {
    fn live(self) -> usize {
        self.wasm + self.glue
    }

    /// Fails where one of them is over its budget, and says by how much.
    pub(crate) fn within_budget(self) -> Result<()> {
        let parts = [("the loader with the first form", self.loader, LOADER_BUDGET), ("wasm and glue", self.live(), LIVE_BUDGET)];
        let over: Vec<String> = parts
            .into_iter()
            .filter(|(_, bytes, budget)| bytes > budget)
            .map(|(what, bytes, budget)| format!("{what}: {bytes} bytes, {} over the budget of {budget}", bytes - budget))
            .collect();
        if over.is_empty() { Ok(()) } else { bail!("too large to be sent. {}", over.join("; ")) }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "As the gateway sends them, compressed with brotli, in bytes:")?;
        writeln!(f, "{:>9}  loader, with first form and style sheet (at most {LOADER_BUDGET})", self.loader)?;
        writeln!(f, "{:>9}  wasm", self.wasm)?;
        writeln!(f, "{:>9}  glue", self.glue)?;
        write!(f, "{:>9}  wasm and glue together (at most {LIVE_BUDGET})", self.live())
    }
}

/// Starts that gateway on an empty folder and weighs what it answers. Without a folder of assets it sends what it carries.
pub(crate) fn measure(binary: &Path, assets: Option<&Path>) -> Result<Sizes> {
    let data = workspace::target().join(format!("scales-{}", std::process::id()));
    let sizes = weigh(binary, assets, &data);
    if data.exists() {
        std::fs::remove_dir_all(&data).context("cannot clear target/")?;
    }
    sizes
}

fn weigh(binary: &Path, assets: Option<&Path>, data: &Path) -> Result<Sizes> {
    std::fs::create_dir_all(data).context("cannot write to target/")?;
    let gateway = Gateway::new(binary, data);
    gateway.put_merchant(Some("https://shop.example"), None)?;
    let key = gateway.create_key(Key::Publishable)?;
    let running = gateway.serve(&Listen { port: 0, assets, private_upstreams: false, bucket: None })?;
    let script = format!("{}/v1/{key}/regcard.js?form={FORM}", running.url);
    let config = configuration(&plain(&script)?)?;
    let address = |name: &str| config[name].as_str().map(str::to_owned).with_context(|| format!("the script names no {name}"));
    Ok(Sizes { loader: sent(&script)?, wasm: sent(&address("wasm")?)?, glue: sent(&address("glue")?)? })
}

fn plain(url: &str) -> Result<String> {
    let answer = http::get(url, &[])?;
    if answer.status != 200 {
        bail!("{url} answers {}", answer.status);
    }
    String::from_utf8(answer.body).with_context(|| format!("{url} answers something that is not text"))
}

/// How many bytes a browser gets that takes brotli.
fn sent(url: &str) -> Result<usize> {
    let answer = http::get(url, &[("accept-encoding", "gzip, deflate, br, zstd")])?;
    if answer.status != 200 || answer.header("content-encoding") != Some("br") {
        bail!("{url} answers {} and {}, not 200 and br", answer.status, answer.header("content-encoding").unwrap_or("no encoding"));
    }
    Ok(answer.body.len())
}

/// The configuration that the script ends with: `…({"…":…});`. Inside JSON a quotation mark does not follow those two.
fn configuration(script: &str) -> Result<Value> {
    let start = script.rfind(r#"({""#).context("the script has no configuration")?;
    let text = script[start + 1..].trim_end().trim_end_matches(';');
    serde_json::from_str(text.strip_suffix(')').unwrap_or(text)).context("the script's configuration is not JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_too_much_is_over_the_budget() {
        let fits = Sizes { loader: LOADER_BUDGET, wasm: LIVE_BUDGET - 10, glue: 10 };
        assert!(fits.within_budget().is_ok());
        let error = Sizes { glue: 11, ..fits }.within_budget().unwrap_err();
        assert!(error.to_string().contains("wasm and glue: 128001 bytes, 1 over"), "{error}");
        assert!(Sizes { loader: LOADER_BUDGET + 1, ..fits }.within_budget().is_err());
    }

    #[test]
    fn the_configuration_is_read_from_the_end_of_the_script() {
        let config = configuration("(e=>{f({version:1})})({\"version\":\"0.1.0\",\"wasm\":\"w\"});\n").unwrap();
        assert_eq!(config["wasm"], "w");
        assert!(configuration("console.error(\"regcard: no assets\");").is_err());
    }
}
