//! The last that is taken, and the first that is not.

use super::*;

fn home() -> Address {
    Address::from(IpAddr::from([203, 0, 113, 7]))
}

fn budgets(factor: u32) -> Budgets {
    Budgets { factor, secret: [7; 32], books: Books::own() }
}

fn merchant(id: &str) -> Merchant {
    Merchant {
        id: id.to_owned(),
        name: String::new(),
        origins: Vec::new(),
        forms: Vec::new(),
        upload_origins: Vec::new(),
        epoch: 0,
        mode: Mode::Own,
        held_until: 0,
        notice_to: None,
    }
}

/// Whether a merchant's numbers can be asked about.
async fn guessed(budgets: &Budgets, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
    let of: Vec<Taken<'_>> = guesses(merchant).into_iter().collect();
    budgets.take(&of, now).await.map(drop)
}

fn seconds_left<Taken>(refused: Result<Taken, GatewayError>) -> Option<u32> {
    match refused {
        Ok(_) => None,
        Err(GatewayError::BudgetExhausted { retry_after, .. }) => Some(retry_after),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_session_has_sixty_checks_twelve_uploads_and_ten_registrations() {
    let budgets = budgets(1);
    for _ in 0..60 {
        budgets.check("s", home(), 0).await.unwrap();
    }
    assert!(budgets.check("s", home(), 0).await.is_err());
    for _ in 0..12 {
        budgets.upload("s", home(), 0).await.unwrap();
    }
    assert!(budgets.upload("s", home(), 0).await.is_err());
    for key in 0..10 {
        budgets.registration("s", [key; 32], home(), 0).await.unwrap();
    }
    for _ in 0..2 {
        assert!(budgets.registration("s", [10; 32], home(), 0).await.is_err(), "also when it is tried again");
    }
    budgets.registration("s", [3; 32], home(), 0).await.expect("the same submit again is free");
}

#[tokio::test]
async fn an_address_comes_again_when_its_hour_is_over() {
    let budgets = budgets(1);
    for number in 0..600 {
        budgets.check(&format!("s{number}"), home(), 100).await.unwrap();
    }
    assert_eq!(seconds_left(budgets.check("one-more", home(), 100).await), Some(3_600));
    assert_eq!(seconds_left(budgets.check("one-more", home(), 3_699).await), Some(1));
    budgets.check("one-more", home(), 3_700).await.unwrap();
}

#[tokio::test]
async fn guessing_ends_sooner_than_checking() {
    for (factor, allowed) in [(1, false), (2, true)] {
        let budgets = budgets(factor);
        for number in 0..120 {
            budgets.check(&format!("s{number}"), home(), 0).await.unwrap();
            budgets.missed(1, home(), &merchant("shop"), 0).await.unwrap();
        }
        assert_eq!(budgets.check("one-more", home(), 0).await.is_ok(), allowed);
    }
}

/// Whether this number is checked, which nobody knows.
async fn guess(budgets: &Budgets, merchant: &Merchant, address: u8, number: u32) -> bool {
    let address = Address::from(IpAddr::from([198, 51, 100, address]));
    let sid = format!("{address:?} {}", number / 60);
    let asked = budgets.check_unless_guessed(merchant, &sid, address, 0).await.is_ok();
    if asked {
        budgets.missed(1, address, merchant, 0).await.unwrap();
    }
    asked
}

#[tokio::test]
async fn whoever_guesses_from_fifty_addresses_is_answered_five_hundred_times() {
    let budgets = budgets(1);
    let (shop, other) = (merchant("shop"), merchant("other"));
    let mut answered = 0;
    for number in 0..10_000 / 50 {
        for address in 0..50 {
            answered += u32::from(guess(&budgets, &shop, address, number).await);
        }
    }
    assert_eq!(answered, limits::MERCHANT_MISSES_HOUR);
    assert_eq!(seconds_left(guessed(&budgets, &shop, 3_599).await), Some(1));
    assert!(guessed(&budgets, &shop, 3_600).await.is_ok(), "an hour later");
    assert!(guessed(&budgets, &other, 0).await.is_ok(), "another merchant's");
    budgets.check("a session", home(), 0).await.expect("nobody else is the worse for it elsewhere");
}

#[tokio::test]
async fn the_last_miss_of_a_merchant_is_the_five_hundredth() {
    for (count, allowed) in [(499, true), (500, false)] {
        let budgets = budgets(1);
        budgets.missed(count, home(), &merchant("shop"), 0).await.unwrap();
        assert_eq!(guessed(&budgets, &merchant("shop"), 0).await.is_ok(), allowed, "{count}");
    }
    let budgets = budgets(1_000);
    budgets.missed(500, home(), &merchant("shop"), 0).await.unwrap();
    assert!(guessed(&budgets, &merchant("shop"), 0).await.is_ok(), "a demo has a thousand times as many");
}

#[tokio::test]
async fn what_a_test_key_guesses_is_no_guess_at_the_merchants_numbers() {
    let budgets = budgets(1);
    let tried_out = Merchant { mode: Mode::Test, ..merchant("shop") };
    budgets.missed(500, home(), &tried_out, 0).await.unwrap();
    assert!(guessed(&budgets, &merchant("shop"), 0).await.is_ok());
    budgets.missed(500, home(), &merchant("shop"), 0).await.unwrap();
    assert!(guessed(&budgets, &merchant("shop"), 0).await.is_err() && guessed(&budgets, &tried_out, 0).await.is_ok());
}

#[test]
fn one_customer_of_ipv6_is_one_address() {
    let one: Address = IpAddr::from([0x2001, 0xdb8, 1, 2, 3, 4, 5, 6]).into();
    let same: Address = IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9]).into();
    let other: Address = IpAddr::from([0x2001, 0xdb8, 1, 3, 3, 4, 5, 6]).into();
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_eq!(Address::from(IpAddr::from([0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7107])), home());
}

#[tokio::test]
async fn many_addresses_do_not_fill_the_memory() {
    let budgets = budgets(1);
    for number in 0..limits::BUDGET_ENTRIES as u32 + 50_000 {
        let _answer = budgets.session(Address::from(IpAddr::from(number.to_be_bytes())), 0).await;
    }
    let Books::Own(books) = &budgets.books else { panic!("these are its own") };
    assert!(books.lock().unwrap().len() <= limits::BUDGET_ENTRIES + 2);
}
