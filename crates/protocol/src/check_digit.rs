//! Check digits: whether a serial number's last character follows from the others. A slip is then known without asking.

use crate::form::CheckDigit;

impl CheckDigit {
    /// Whether the number carries the right check digit. Characters that are no digits are passed over; a number without two
    /// digits has none.
    pub fn holds(self, serial: &str) -> bool {
        let digits: Vec<u32> = serial.chars().filter_map(|character| character.to_digit(10)).collect();
        if digits.len() < 2 {
            return false;
        }
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(position, digit)| match (self, position % 2) {
                (CheckDigit::Luhn | CheckDigit::Gs1, 0) => *digit,
                (CheckDigit::Luhn, _) => digit * 2 / 10 + digit * 2 % 10,
                (CheckDigit::Gs1, _) => digit * 3,
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_standards_hold_and_a_slip_does_not() {
        // ISO/IEC 7812-1, annex B; GS1 general specifications, figure 7.9.1-2.
        assert!(CheckDigit::Luhn.holds("79927398713") && !CheckDigit::Luhn.holds("79927398710"));
        assert!(CheckDigit::Gs1.holds("6291041500213") && !CheckDigit::Gs1.holds("6291041500231"));
        assert!(CheckDigit::Luhn.holds("SN-7992 7398-713"));
    }

    #[test]
    fn one_digit_alone_checks_nothing() {
        assert!(!CheckDigit::Luhn.holds("0") && !CheckDigit::Gs1.holds("SN"));
    }
}
