//! Limits of what goes to others: upstreams, buckets, webhooks' receivers, mail servers, and the outbox that waits for them.

use std::time::Duration;

/// 30 days for which a mail that was not sent is kept: in forward mode it holds what a customer typed. Milliseconds.
pub const MAIL_KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// 3 days for which a mail is tried: mail servers give up after four or five. Milliseconds.
pub const MAIL_MILLIS: i64 = 3 * 24 * 60 * 60 * 1_000;

/// 10 seconds for a mail server's answer to one command.
pub const SMTP_ANSWER: Duration = Duration::from_secs(10);

/// 30 seconds for a whole mail: shorter than [`CLAIM_LEASE_MILLIS`], so that nobody else sends it meanwhile.
pub const SMTP_TOTAL: Duration = Duration::from_secs(30);

/// 2 seconds to connect to an upstream.
pub const UPSTREAM_CONNECT: Duration = Duration::from_secs(2);

/// 5 seconds for an upstream's whole answer: a customer waits for it.
pub const UPSTREAM_TOTAL: Duration = Duration::from_secs(5);

/// 1 MiB of an upstream's answer.
pub const UPSTREAM_BYTES: usize = 1024 * 1024;

/// 2 seconds to connect to a bucket.
pub const BUCKET_CONNECT: Duration = Duration::from_secs(2);

/// 3 seconds for a bucket's answer to a small request. A customer waits for it, and it may be asked again.
pub const BUCKET_TOTAL: Duration = Duration::from_secs(3);

/// What may go well a moment later is tried three times in all, after these pauses.
pub const BUCKET_PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// 10 seconds to look at one file in a bucket, however often it is asked: a card gives up after 20.
pub const BUCKET_LOOK: Duration = Duration::from_secs(10);

/// 60 seconds for which a small request of the gateway's own is signed: long enough for clocks that differ a little.
pub const BUCKET_SIGNED: Duration = Duration::from_secs(60);

/// 64 KiB of a bucket's answer to a request that brings no file: such answers have some 500 bytes.
pub const BUCKET_ANSWER_BYTES: usize = 64 * 1024;

/// 60 seconds for which the address of a receipt in a bucket can be followed: a browser does so at once.
pub const READING: Duration = Duration::from_secs(60);

/// 64 calls of one upstream at a time, customers' and the outbox's together: a slow one holds no more than that.
pub const UPSTREAM_CALLS: usize = 64;

/// 200 characters of an upstream's message for the merchant: a sentence or two.
pub const UPSTREAM_MESSAGE_CHARS: usize = 200;

/// 5 minutes for which an upstream is not called that refuses the access token: three calls in ten minutes at most. Milliseconds.
pub const UPSTREAM_HOLD_MILLIS: i64 = 5 * 60 * 1_000;

/// 120 seconds for which an upstream may go on working on a registration after the connection broke; servers and the proxies before
/// them give up after 30 or 60. Seconds.
pub const UPSTREAM_QUIET: u32 = 120;

/// 1 day of that at most: nothing works on one registration for longer. Seconds.
pub const UPSTREAM_QUIET_MOST: u32 = 24 * 60 * 60;

/// A day by which an upstream's clock may differ when an entry is taken for older than a registration: nobody looks at these
/// clocks, and a customer registers few things a day. Milliseconds.
pub const UPSTREAM_CLOCK_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// 50 registrations of one customer are looked through, one a page, for one that may have been stored.
pub const PROBE_PAGES: usize = 50;

/// 3 pages that show nothing new: others may have registered meanwhile, once or twice.
pub const PROBE_REPEATS: usize = 3;

/// 20 seconds for looking through them.
pub const PROBE_TOTAL: Duration = Duration::from_secs(20);

/// 8 looks into a list that is not understood or comes to no end before a person has to look: some minutes, in which a page of a proxy passes.
pub const PROBE_ENDLESS: u32 = 8;

/// 600 looks that are not answered at all before a person has to look: about a day with the pauses in between, in which whoever runs an upstream
/// has seen that it is down.
pub const PROBE_UNANSWERED: u32 = 600;

/// 3 sends that are answered with what is no answer, each after it was seen that nothing is there, before a person has to look.
pub const SENDS_UNCLEAR: u32 = 3;

/// 8 seconds for which what a customer waits for is nobody else's: longer than [`UPSTREAM_TOTAL`]. Milliseconds.
pub const SENDING_LEASE_MILLIS: i64 = 8_000;

/// 60 seconds for which what was claimed is nobody else's: looking for it, its serial numbers, and sending it. Milliseconds.
pub const CLAIM_LEASE_MILLIS: i64 = 60_000;

/// Half a second before the second attempt, at most; doubled with each. Milliseconds.
pub const RETRY_FIRST_MILLIS: i64 = 500;

/// 5 minutes between two attempts, at most. Milliseconds.
pub const RETRY_LONGEST_MILLIS: i64 = 5 * 60 * 1_000;

/// 50 milliseconds between two attempts, at least. Milliseconds.
pub const RETRY_SHORTEST_MILLIS: i64 = 50;

/// 1 hour for which a receiver is left alone if it asks for it; one that asks for more is tried then. Milliseconds.
pub const RETRY_ASKED_MILLIS: i64 = 60 * 60 * 1_000;

/// 8 messages to one receiver at a time.
pub const LANE_SLOTS: usize = 8;

/// 5 failures in a row after which a receiver is given a pause, and then one message alone.
pub const LANE_FAILURES: u32 = 5;

/// 1 minute of pause at most: an upstream that is back is noticed soon. Milliseconds.
pub const LANE_PAUSE_MILLIS: i64 = 60 * 1_000;

/// 1 second between two looks into the outbox: what another gateway has left, and what is due by now.
pub const OUTBOX_EVERY: Duration = Duration::from_secs(1);

/// 10 seconds for what is being sent when the gateway is told to stop.
pub const OUTBOX_ENDING: Duration = Duration::from_secs(10);

/// 7 days for which a message that is settled is still listed, without what it held. Milliseconds.
pub const OUTBOX_KEPT_MILLIS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// 16 endpoints of a merchant: each event is a row for each of them.
pub const WEBHOOK_ENDPOINTS: usize = 16;

/// 2,048 characters of an endpoint's address: what servers take.
pub const WEBHOOK_URL_CHARS: usize = 2_048;

/// 20 kB of a webhook, as Standard Webhooks recommends; what is longer is told in short.
pub const WEBHOOK_BYTES: usize = 20_000;

/// 15 seconds for a receiver's whole answer.
pub const WEBHOOK_TOTAL: Duration = Duration::from_secs(15);

/// 5 seconds to connect to a receiver: it may be on the other side of the world.
pub const WEBHOOK_CONNECT: Duration = Duration::from_secs(5);

/// 64 KiB of a receiver's answer are read, so that the connection can be used again; nothing of it is kept.
pub const WEBHOOK_ANSWER_BYTES: usize = 64 * 1024;

/// 10 attempts over some three days, as Standard Webhooks gives them. Milliseconds before each.
pub const WEBHOOK_SCHEDULE_MILLIS: [i64; 10] = [
    0,
    5 * 1_000,
    5 * 60 * 1_000,
    30 * 60 * 1_000,
    2 * 60 * 60 * 1_000,
    5 * 60 * 60 * 1_000,
    10 * 60 * 60 * 1_000,
    14 * 60 * 60 * 1_000,
    20 * 60 * 60 * 1_000,
    24 * 60 * 60 * 1_000,
];

/// A tenth of a pause is left to chance, so that what failed together does not come again together.
pub const WEBHOOK_CHANCE: i64 = 10;

/// 30 seconds for which a receiver is left alone that is overrun (429, 502, 504) and does not say for how long. Seconds.
pub const WEBHOOK_THROTTLE: u32 = 30;

/// 5 days without a success after which nothing is sent to an endpoint any more. Milliseconds.
pub const WEBHOOK_FAILING_MILLIS: i64 = 5 * 24 * 60 * 60 * 1_000;

/// 24 hours for which a secret signs that was replaced. Hours.
pub const WEBHOOK_ROTATION_HOURS: u32 = 24;

/// 30 days at most. Hours.
pub const WEBHOOK_ROTATION_HOURS_MOST: u32 = 30 * 24;

/// 30 days for which a webhook that was given up can be sent again. Milliseconds.
pub const WEBHOOK_KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;
