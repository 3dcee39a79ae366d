//! Calls to another registration API.
use crate::store::Merchant;
/// placeholder
#[derive(Debug)]
pub struct Upstreams(bool);
impl Upstreams { /// x
pub fn new(allow: bool) -> Upstreams { Upstreams(allow) } }
