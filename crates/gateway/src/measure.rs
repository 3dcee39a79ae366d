//! What is counted, under which names. Labels are words of ours: nothing that a visitor wrote, and nothing about a person, becomes one.
//!
//! Where nobody asked for measures (no operator's listener), all of this does nothing.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::Method;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use regcard_protocol::registration::RegistrationStatus;
use regcard_protocol::serial_number::CheckStatus;

use crate::outbox::Counts;
use crate::register::Done;
use crate::store::{OutboxCount, OutboxKind, OutboxState};

const REQUESTS: &str = "regcard_requests_total";
const REQUEST_SECONDS: &str = "regcard_request_seconds";
const IN_FLIGHT: &str = "regcard_requests_in_flight";
const SHED: &str = "regcard_requests_shed_total";
const CONNECTIONS: &str = "regcard_connections";
const REFUSED: &str = "regcard_connections_refused_total";
const REGISTRATIONS: &str = "regcard_registrations_total";
const CHECKS: &str = "regcard_serial_checks_total";
const HELD_BACK: &str = "regcard_hosted_held_back_total";
const UPLOADS: &str = "regcard_uploads_total";
const PANICS: &str = "regcard_panics_total";
const COMMIT_SECONDS: &str = "regcard_store_commit_seconds";

const OUTBOX_WAITING: &str = "regcard_outbox_waiting";
const OUTBOX_PARKED: &str = "regcard_outbox_parked";
const OUTBOX_OLDEST: &str = "regcard_outbox_oldest_seconds";
const DELIVERED: &str = "regcard_outbox_delivered_total";
const PARKED: &str = "regcard_outbox_parked_total";
const CREDENTIALS_REFUSED: &str = "regcard_upstream_credentials_refused_total";

/// From a millisecond to the longest that anything may take. Seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

static MEASURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count; the same measures for the whole process. `None` if something else counts already.
pub fn begin() -> Option<PrometheusHandle> {
    MEASURES.get_or_init(install).clone()
}

fn install() -> Option<PrometheusHandle> {
    let builder = [REQUEST_SECONDS, COMMIT_SECONDS]
        .into_iter()
        .try_fold(PrometheusBuilder::new(), |builder, name| builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), &BUCKETS))
        .ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    describe_counter!(REQUESTS, "Requests answered, by route, method and class of status");
    describe_histogram!(REQUEST_SECONDS, "Seconds from a request's head to its answer's");
    describe_gauge!(IN_FLIGHT, "Requests that are being worked on");
    describe_counter!(SHED, "Requests that were told at once to come again");
    describe_gauge!(CONNECTIONS, "Connections that are open");
    describe_counter!(REFUSED, "Connections that were not let in, by which limit");
    describe_counter!(REGISTRATIONS, "Registrations answered with success, by status");
    describe_counter!(CHECKS, "Serial numbers checked, by answer");
    describe_counter!(HELD_BACK, "Forms of the hosted page that were filled in where nobody sees, and shown once more");
    describe_counter!(UPLOADS, "Files that came to a signed address, by what became of them");
    describe_counter!(PANICS, "Faults of the program, each the end of one request or task");
    describe_histogram!(COMMIT_SECONDS, "Seconds of one commit of the store, the wait for the disk included");
    describe_gauge!(OUTBOX_WAITING, "Messages that are still to be sent, by kind; NaN if the store could not be asked");
    describe_gauge!(OUTBOX_PARKED, "Messages that wait for a person, by kind");
    describe_gauge!(
        OUTBOX_OLDEST,
        "Seconds for which the oldest message that is still to be sent has been there, by kind; 0 if there is none"
    );
    describe_counter!(DELIVERED, "Registrations that have arrived upstream, and mails that were taken");
    describe_counter!(PARKED, "The same that were left to a person");
    describe_counter!(CREDENTIALS_REFUSED, "Calls that an upstream refused because of the access token");
    // What has not happened yet is 0, and not missing.
    gauge!(IN_FLIGHT).set(0);
    gauge!(CONNECTIONS).set(0);
    counter!(SHED).absolute(0);
    counter!(PANICS).absolute(0);
    counter!(HELD_BACK).absolute(0);
    Some(handle)
}

/// Something that is there as long as this is.
#[derive(Debug)]
#[must_use]
pub struct Counted(&'static str);

impl Counted {
    fn one(name: &'static str) -> Counted {
        gauge!(name).increment(1);
        Counted(name)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1);
    }
}

/// A connection, while it is open.
pub fn connection() -> Counted {
    Counted::one(CONNECTIONS)
}

/// A request, while it is worked on.
pub fn request() -> Counted {
    Counted::one(IN_FLIGHT)
}

/// A connection was not let in.
pub fn connection_refused(limit: &'static str) {
    counter!(REFUSED, "limit" => limit).increment(1);
}

/// A request was told to come again.
pub fn shed() {
    counter!(SHED).increment(1);
}

/// The program failed in the middle of something.
pub fn panicked() {
    counter!(PANICS).increment(1);
}

/// A request was answered. The route is its pattern, never an address.
pub fn answered(route: &str, method: &Method, status: u16, took: Duration) {
    let (route, method) = (route.to_owned(), known(method));
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => class(status)).increment(1);
    histogram!(REQUEST_SECONDS, "route" => route, "method" => method).record(took.as_secs_f64());
}

/// Registrations were answered with success; the same answer again does not count.
pub fn registered(done: &Done) {
    for one in done.registrations.iter().filter(|_| !done.replayed) {
        let status = match one.status {
            RegistrationStatus::Registered => "registered",
            RegistrationStatus::Queued => "queued",
        };
        counter!(REGISTRATIONS, "status" => status).increment(1);
    }
}

/// A serial number was checked.
pub fn checked(status: CheckStatus) {
    let status = match status {
        CheckStatus::Available => "available",
        CheckStatus::Registered => "registered",
        CheckStatus::Unknown => "unknown",
        CheckStatus::Accepted => "accepted",
        CheckStatus::NotAccepted => "not_accepted",
    };
    counter!(CHECKS, "answer" => status).increment(1);
}

/// A form came that was filled in where nobody sees.
pub fn held_back() {
    counter!(HELD_BACK).increment(1);
}

/// A file came.
pub fn uploaded(taken: bool) {
    counter!(UPLOADS, "outcome" => if taken { "stored" } else { "refused" }).increment(1);
}

/// The store committed.
pub fn committed(took: Duration) {
    histogram!(COMMIT_SECONDS).record(took.as_secs_f64());
}

/// What the outbox holds now, of all merchants together; `None` if the store could not be asked. And what has become of messages so far.
pub fn outbox(held: Option<&[OutboxCount]>, now: i64, counts: Counts) {
    for kind in [OutboxKind::Forward, OutboxKind::Webhook, OutboxKind::Mail] {
        let of_kind = || held.into_iter().flatten().filter(move |count| count.kind == kind);
        let waiting = || of_kind().filter(|count| count.state == OutboxState::Waiting);
        let parked: u64 = of_kind().filter(|count| count.state.is_parked()).map(|count| count.count).sum();
        let oldest = waiting().map(|count| count.oldest).min().map_or(0, |oldest| (now - oldest).max(0));
        let of = |number: f64| if held.is_some() { number } else { f64::NAN };
        gauge!(OUTBOX_WAITING, "kind" => kind.word()).set(of(waiting().map(|count| count.count).sum::<u64>() as f64));
        gauge!(OUTBOX_PARKED, "kind" => kind.word()).set(of(parked as f64));
        gauge!(OUTBOX_OLDEST, "kind" => kind.word()).set(of(oldest as f64 / 1_000.0));
    }
    counter!(DELIVERED).absolute(counts.delivered);
    counter!(PARKED).absolute(counts.parked);
    counter!(CREDENTIALS_REFUSED).absolute(counts.credentials_refused);
}

/// A visitor may send any word as a method.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
