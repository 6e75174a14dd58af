//! stub
use super::Proof;
pub(super) fn private_key(_secret: &[u8]) -> Proof {
    Proof::unknown()
}
