//! Every limit that only the gateway knows, each with its reason. What the card knows too stands in
//! `regcard_protocol::limits`.

use std::time::Duration;

/// 64 KiB of JSON: 20 registrations with 64 answers of a line each have some 50 KiB.
pub const JSON_BYTES: usize = 64 * 1024;

/// 1 MiB for a list of serial numbers: 1,000 of them with product and tags have some 300 KiB.
pub const BULK_JSON_BYTES: usize = 1024 * 1024;

/// 16 levels: what is sent has five; serde would follow 128.
pub const JSON_DEPTH: usize = 16;

/// 1,000 serial numbers a call: one short transaction.
pub const BULK_SERIAL_NUMBERS: usize = 1_000;

/// 100 registrations a page, where neither a customer nor a limit is asked for.
pub const PAGE: u32 = 100;

/// 1,000 registrations a page at most, and of a customer without asking: all that anybody has bought, in an answer of a megabyte or so.
pub const PAGE_MOST: u32 = 1_000;

/// 5 times a change is made anew because the registration was changed meanwhile: two scripts at once, not a queue.
pub const CHANGE_TRIES: usize = 5;

/// 120 characters of a serial number's tags or stock-keeping unit: Shopify's tags have 255 for all, SKUs 40.
pub const SERIAL_NOTE_CHARS: usize = 255;

/// 64 KiB of texts in a form's post: 64 answers of a line each have some 10 KiB.
pub const POST_BYTES: usize = 64 * 1024;

/// 20 MiB of files that are not kept are read past, so that the sender sees an answer and not a broken connection.
pub const PASSED_BYTES: u64 = 2 * regcard_protocol::limits::FILE_BYTES;

/// 64 MiB of files that are not kept, where the hosted page itself sends them: somebody who took a video for a photo is to
/// be told so, with everything else still there.
pub const PASSED_OWN_BYTES: u64 = 64 * 1024 * 1024;

/// 2 KiB of an address; upload addresses have some 400 characters.
pub const URL_BYTES: usize = 2 * 1024;

/// 16 KiB of headers, 64 of them.
pub const HEADER_BYTES: usize = 16 * 1024;

/// 64 headers: browsers send some 20.
pub const HEADERS: usize = 64;

/// 10 seconds for a request's headers, so that slow senders do not hold connections.
pub const HEADER_READ: Duration = Duration::from_secs(10);

/// 10,000 connections: each takes some 10 KB while it is idle.
pub const CONNECTIONS: u32 = 10_000;

/// 64 connections of one address: a browser opens six, and an office has several.
pub const ADDRESS_CONNECTIONS: u32 = 64;

/// 512 requests that are worked on at once; more would only wait for each other.
pub const REQUESTS: u32 = 512;

/// 30 seconds that a connection is kept open for the next request: somebody who fills in a form pauses longer than 10.
pub const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// 1 KiB of a body a second on average: a tenth of a bad mobile connection.
pub const BODY_RATE: u64 = 1024;

/// 5 seconds before a body's rate is looked at: a connection has to get going.
pub const BODY_RATE_FROM: Duration = Duration::from_secs(5);

/// 30 seconds without room for a byte of the answer: a train in a tunnel, and nobody who reads slowly on purpose for long.
pub const WRITE_STALL: Duration = Duration::from_secs(30);

/// Where the gateway listens.
pub const PORT: u16 = 8787;

/// Where the operator's listener is.
pub const OPERATOR_PORT: u16 = 9787;

/// 60 seconds for which a card may be taken from a cache, so that a changed form shows soon. Seconds.
pub const CARD_MAX_AGE: u32 = 60;

/// 24 hours at most: nobody could take a form back for so long. Seconds.
pub const CARD_MAX_AGE_MOST: u32 = 24 * 60 * 60;

/// 20 seconds of notice before the end at most: orchestrators kill after 30, and what runs has to be finished in time. Seconds.
pub const SHUTDOWN_NOTICE_MOST: u32 = 20;

/// 5 hundredths of the disk: with less the operator is told, while registrations still find room. Percent.
pub const DISK_FREE_PERCENT: u32 = 5;

/// 5 seconds between two times at which measures are summed up.
pub const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// 2 seconds for the store to show that it can write.
pub const READY_WITHIN: Duration = Duration::from_secs(2);

/// 10 seconds between two pieces of a body.
pub const BODY_IDLE: Duration = Duration::from_secs(10);

/// 15 seconds for a whole small body.
pub const BODY_TOTAL: Duration = Duration::from_secs(15);

/// 120 seconds for an upload: 10 MiB at 700 kbit/s.
pub const UPLOAD_TOTAL: Duration = Duration::from_secs(120);

/// 100 milliseconds before the next connection is tried when the machine has no room for one, so that trying does not
/// take what is left of it.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// 25 seconds to finish what runs when the gateway is told to stop, the notice included; orchestrators kill after 30.
pub const SHUTDOWN: Duration = Duration::from_secs(25);

/// 24 hours in which an old session token renews: a form left open overnight goes on in the morning. Seconds.
pub const RENEWAL_SECONDS: i64 = 24 * 60 * 60;

/// 60 seconds by which clocks of several gateways may differ. Seconds.
pub const LEEWAY_SECONDS: i64 = 60;

/// 10 minutes for an upload to begin. Seconds.
pub const GRANT_SECONDS: i64 = 10 * 60;

/// 24 hours in which the status can be read. Seconds.
pub const STATUS_SECONDS: i64 = 24 * 60 * 60;

/// 24 hours in which a hosted page registers: one that was left open overnight is sent in the morning. Seconds.
pub const PAGE_SECONDS: i64 = 24 * 60 * 60;

/// 1,024 characters of a token: the longest ever made here has some 700.
pub const TOKEN_CHARS: usize = 1_024;

/// 7 days: longer than the 48 hours for which a card tries to settle a submit. Milliseconds.
pub const IDEMPOTENCY_MILLIS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// 90 days for which a link in a mail is good: a receipt that is looked for is found by then. Seconds.
pub const LINK_SECONDS: i64 = 90 * 24 * 60 * 60;

/// 5 registrations of a customer are looked through, one a page, for the one of a link, before a longer list is asked for: few have more.
pub const LINK_PAGES: usize = 5;

/// 10 seconds for that: somebody waits.
pub const LINK_TOTAL: Duration = Duration::from_secs(10);

/// 30 days for which a mail that was not sent is kept: in forward mode it holds what a customer typed. Milliseconds.
pub const MAIL_KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// 3 days for which a mail is tried: mail servers give up after four or five. Milliseconds.
pub const MAIL_MILLIS: i64 = 3 * 24 * 60 * 60 * 1_000;

/// 10 seconds for a mail server's answer to one command.
pub const SMTP_ANSWER: Duration = Duration::from_secs(10);

/// 30 seconds for a whole mail: shorter than [`CLAIM_LEASE_MILLIS`], so that nobody else sends it meanwhile.
pub const SMTP_TOTAL: Duration = Duration::from_secs(30);

/// 3 confirmations of one registration an hour, the first one included: who asks for more has another problem than a lost mail.
pub const CONFIRMATIONS_HOUR: u64 = 3;

/// The hour they are counted over. Milliseconds.
pub const CONFIRMATIONS_MILLIS: i64 = 60 * 60 * 1_000;

/// 24 hours for which a test key's submit is remembered: a day's work on a page. Milliseconds.
pub const TEST_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// 3 seconds that the gateway takes for what a test key asks to be slow: long enough to look at, short of what a card waits.
pub const TEST_SLOW: Duration = Duration::from_secs(3);

/// 24 hours after which a receipt that no registration names is erased. Milliseconds.
pub const UNATTACHED_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// A second: a secret that was changed is used, or known, that soon. One look asks the file system for a date.
pub const SECRETS_LOOK: Duration = Duration::from_secs(1);

/// 1 hour between two sweeps: what is promised to be erased after a day is gone an hour later at most.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// 64 jobs of the writer in one commit: one fsync for all of them, and still some milliseconds.
pub const GROUP_COMMIT: usize = 64;

/// 1,024 jobs wait for the writer at most: a quarter of a second's work; more are told to come again.
pub const WRITER_QUEUE: usize = 1_024;

/// 4 connections that read: more than there are cores would wait for each other.
pub const READERS: usize = 4;

/// 8 connections to PostgreSQL: it puts more commits that come together into one fsync, and a server has a hundred for all gateways.
pub const POSTGRES_CONNECTIONS: usize = 8;

/// 2 seconds to connect to PostgreSQL.
pub const POSTGRES_CONNECT: Duration = Duration::from_secs(2);

/// 10 seconds after which a connection to PostgreSQL is given up that nothing passes through.
pub const POSTGRES_SILENCE: Duration = Duration::from_secs(10);

/// 60 seconds for a job of the store in all: a statement has 15, and some have a queue before them.
pub const POSTGRES_ANSWER: Duration = Duration::from_secs(60);

/// 6 tries at a transaction that PostgreSQL takes back because of another one.
pub const POSTGRES_TRIES: u32 = 6;

/// 250 milliseconds in which the database's file is looked at before the gateway starts: some 100,000 registrations. A million take 2.3 seconds
/// and more, which a start after a crash has not.
pub const STORE_CHECK: Duration = Duration::from_millis(250);

/// 5 seconds that a commit waits for another process, such as an import.
pub const BUSY: Duration = Duration::from_secs(5);

/// 5 milliseconds between two looks whether it has its turn: SQLite's own tenth of a second would miss the pauses of an import.
pub const BUSY_EVERY: Duration = Duration::from_millis(5);

/// 150 milliseconds for a commit of an import: a gateway waits for one, and for two where it just missed its turn.
pub const IMPORT_COMMIT: Duration = Duration::from_millis(150);

/// 2,000 rows at least, however slow the disk is: with fewer most of the time would go into waiting for it.
pub const IMPORT_ROWS_FEWEST: usize = 2_000;

/// 10 milliseconds between two commits of an import, twice [`BUSY_EVERY`]: who waits comes to its turn.
pub const IMPORT_PAUSE: Duration = Duration::from_millis(10);

/// 1 second for which a gateway believes what it knows of merchants and keys before it looks whether another process has changed that. A
/// command that ends a key waits as long before it says so.
pub const DIRECTORY_LOOK: Duration = Duration::from_secs(1);

/// 100,000 addresses and sessions with a budget at a time: some 20 MB.
pub const BUDGET_ENTRIES: usize = 100_000;

/// 60 sessions a minute and address: an office that opens a newsletter at once.
pub const ADDRESS_SESSIONS_MINUTE: u32 = 60;

/// 600 sessions an hour and address.
pub const ADDRESS_SESSIONS_HOUR: u32 = 600;

/// 600 checks an hour and address.
pub const ADDRESS_CHECKS_HOUR: u32 = 600;

/// 120 checks an hour and address that find nothing: guessing is mostly that.
pub const ADDRESS_MISSES_HOUR: u32 = 120;

/// 500 checks an hour that find nothing, of all visitors of one merchant together: whoever guesses from many addresses gets no further.
/// If one customer in twenty mistypes a number, ten thousand an hour stay below it.
pub const MERCHANT_MISSES_HOUR: u32 = 500;

/// 120 uploads an hour and address.
pub const ADDRESS_UPLOADS_HOUR: u32 = 120;

/// 120 registrations an hour and address. Of a submit that is refused each number that nobody knows counts.
pub const ADDRESS_REGISTRATIONS_HOUR: u32 = 120;

/// 8 seconds in which a form that is posted again waits for the first post's outcome: longer than [`UPSTREAM_TOTAL`].
pub const SETTLE_TOTAL: Duration = Duration::from_secs(8);

/// 100 milliseconds between two looks at it.
pub const SETTLE_EVERY: Duration = Duration::from_millis(100);

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

/// 1,000 receipts are erased in one sweep: a minute's work. The next one goes on.
pub const SWEPT: usize = 1_000;

/// 1,000 composed scripts and cards in memory: each some 30 KB.
pub const COMPOSED: usize = 1_000;

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

/// 2 seconds in which a gateway that was killed lets go of its data folder, so that the next one starts right after it.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// 366 days for which a key that is replaced may go on: who needs longer does not need another key. Milliseconds.
pub const KEY_OVERLAP_MOST: i64 = 366 * 24 * 60 * 60 * 1_000;

/// 24 hours for which a secret signs that was replaced. Hours.
pub const WEBHOOK_ROTATION_HOURS: u32 = 24;

/// 30 days at most. Hours.
pub const WEBHOOK_ROTATION_HOURS_MOST: u32 = 30 * 24;

/// 30 days for which a webhook that was given up can be sent again. Milliseconds.
pub const WEBHOOK_KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// 32 numbers that look alike are put in order for the few that a check suggests. With more of them, which few is chance, and the check stays short.
pub const LOOKED_THROUGH: usize = 32;
