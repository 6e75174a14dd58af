//! The two scales a finding is measured on: how sure we are, and how bad it would be.

use super::named::named;

named! {
    /// How sure we are that a finding is a live credential's text. Gates block from `Medium` up.
    Confidence {
        /// Worth a look in an audit, too noisy to block on.
        Low = "low",
        /// More likely a credential than not.
        Medium = "medium",
        /// A credential's format or a telling context, nothing speaking against it.
        High = "high",
        /// Proven offline: a checksum or a parsed structure holds.
        Certain = "certain",
    }
}

named! {
    /// What the credential would open, were it live.
    Severity {
        /// Little: a public or short-lived value, a hash.
        Low = "low",
        /// Limited: a narrow or test-only credential.
        Medium = "medium",
        /// An account or a service.
        High = "high",
        /// Whole infrastructures: cloud root keys, source hosts, payment.
        Critical = "critical",
    }
}
