//! `cargo xtask demo`: a shop with the card on it and, on another origin, the gateway behind it.
//! Standard output has five lines that other programs rely on; everything for people goes to standard error.

mod folder;
mod options;
mod shop;
mod upstream;

use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::gateway::{FORM, Gateway, Key, Listen, Running, Upstream as Way};
use crate::run::say;
use crate::{bucket, build, run, workspace};

use folder::Folder;
use options::Options;
use shop::Shop;
use upstream::Upstream;

/// How often the demo looks whether it is to end, or a gateway has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// The command.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    build::widget_for_demo()?;
    build::gateway()?;
    if options.s3 {
        build::bucket()?;
    }
    let folder = Folder::open(&options.data, options.fresh)?;
    // The shop's port is taken first: its origin has to be known before the gateway answers anybody.
    let shop = Shop::bind(options.ports.shop)?;
    let demo = Demo::start(&options, &folder, &shop)?;
    let (gateway, key) = (demo.front.url.clone(), demo.key.clone());
    announce(&[
        format!("shop: {}/", shop.origin()),
        format!("form: {gateway}/v1/forms/{key}/{FORM}"),
        format!("api: {}/api", demo.own()),
        format!("access token: {}", demo.token),
        "ready".to_owned(),
    ])?;
    say("Ctrl-C ends the demo; what was registered stays until it is started with --fresh.");
    if demo.upstream.is_some() {
        say("Enter stops the upstream, and starts it again.");
    }
    shop.open(&gateway, &key);
    demo.watch()
}

/// The gateways, and what is needed to use them.
#[derive(Debug)]
struct Demo {
    /// The one the card talks to.
    front: Running,
    /// The one behind it, with `--forward`.
    upstream: Option<Upstream>,
    /// Where it keeps receipts, with `--s3`.
    bucket: Option<Running>,
    key: String,
    token: String,
}

impl Demo {
    fn start(options: &Options, folder: &Folder, shop: &Shop) -> Result<Demo> {
        let assets = workspace::assets();
        let listen = |port, private_upstreams| Listen { port, assets: Some(&assets), private_upstreams, bucket: None };
        let binary = workspace::gateway("debug");
        let gateway = |folder: &Folder| Gateway::new(&binary, folder.path());
        let front = gateway(folder);
        if !options.forward {
            keeps(&front, shop)?;
            let token = folder.access_token(|| front.create_key(Key::Access))?;
            let key = folder.publishable_key(|| front.create_key(Key::Publishable))?;
            let folder = folder.path().join("bucket");
            let bucket = options.s3.then(|| bucket::serve(&folder, options.ports.third)).transpose()?;
            let listen = Listen { bucket: bucket.as_ref().map(|bucket| &*bucket.url), ..listen(options.ports.gateway, false) };
            return Ok(Demo { front: front.serve(&listen)?, upstream: None, bucket, key, token });
        }
        let behind = folder.inner("upstream")?;
        let upstream = gateway(&behind);
        // The browser sends receipts straight to where they are kept, so the shop's origin is the upstream's, too.
        keeps(&upstream, shop)?;
        let token = behind.access_token(|| upstream.create_key(Key::Access))?;
        let upstream = Upstream::start(upstream, options.ports.third, &assets)?;
        let way = Way { api: format!("{}/api", upstream.url()), token_file: behind.access_token_file() };
        front.put_merchant(Some(&shop.origin()), Some(&way))?;
        let key = folder.publishable_key(|| front.create_key(Key::Publishable))?;
        Ok(Demo { front: front.serve(&listen(options.ports.gateway, true))?, upstream: Some(upstream), bucket: None, key, token })
    }

    /// The address of the gateway that keeps the registrations.
    fn own(&self) -> &str {
        self.upstream.as_ref().map_or(&self.front.url, Upstream::url)
    }

    /// Until somebody ends it, or the gateway or the bucket ends by itself, which is a failure.
    fn watch(mut self) -> Result<()> {
        let assets = workspace::assets();
        while !run::has_ended() {
            let mut all = [Some(&mut self.front), self.bucket.as_mut()].into_iter().flatten();
            let checked = all.try_for_each(Running::check);
            let upstream = self.upstream.as_mut().map_or(Ok(()), |upstream| upstream.look_after(&assets));
            // A key press reaches the gateways, too, and they may be quicker.
            if run::has_ended() {
                break;
            }
            checked.and(upstream)?;
            thread::sleep(PAUSE);
        }
        self.front.ask_to_end();
        self.upstream.iter().for_each(Upstream::ask_to_end);
        self.bucket.iter().for_each(Running::ask_to_end);
        Ok(())
    }
}

/// A merchant whose registrations this gateway keeps, with serial numbers to try.
fn keeps(gateway: &Gateway, shop: &Shop) -> Result<()> {
    gateway.put_merchant(Some(&shop.origin()), None)?;
    gateway.import_serials(Path::new("www/shop/serials.csv"))
}

/// The lines that are relied on, all at once.
fn announce(lines: &[String]) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{}", lines.join("\n")).and_then(|()| output.flush()).context("cannot write to standard output")
}
