//! The two scales a finding is measured on: how sure we are, and how bad it would be.

macro_rules! scale {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in configuration, output and rule files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with that name, if there is one.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

scale! {
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

scale! {
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
