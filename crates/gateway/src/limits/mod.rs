//! Every limit that only the gateway knows, each with its reason. What the card knows too stands in
//! `regcard_protocol::limits`, and what concerns others stands in `away.rs`.

mod away;

use std::time::Duration;

pub use away::*;

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

/// 255 characters of a serial number's tags or stock-keeping unit: Shopify's tags have 255 for all, SKUs 40.
pub const SERIAL_NOTE_CHARS: usize = 255;

/// 64 KiB of texts in a form's post: 64 answers of a line each have some 10 KiB.
pub const POST_BYTES: usize = 64 * 1024;

/// 1,000 parts of a form's post: a form of 64 fields with twenty serial numbers and ten files each has fewer.
pub const POST_PARTS: usize = 1_000;

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

/// 1,000 receipts are erased in one sweep: a minute's work. The next one goes on.
pub const SWEPT: usize = 1_000;

/// 1,000 composed scripts and cards in memory: each some 30 KB.
pub const COMPOSED: usize = 1_000;

/// 2 seconds in which a gateway that was killed lets go of its data folder, so that the next one starts right after it.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// 366 days for which a key that is replaced may go on: who needs longer does not need another key. Milliseconds.
pub const KEY_OVERLAP_MOST: i64 = 366 * 24 * 60 * 60 * 1_000;

/// 32 numbers that look alike are put in order for the few that a check suggests. With more of them, which few is chance, and the check stays short.
pub const LOOKED_THROUGH: usize = 32;
