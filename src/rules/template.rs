//! Example templates: their syntax. What they expand to is in `example/`; this part is shared with the
//! build script, so that a misspelt template fails the build.

use crate::model::named::named;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Literal(String),
    /// Random characters of a class, between `min` and `max` of them.
    Chars {
        /// Which characters.
        class: Class,
        /// Least number.
        min: usize,
        /// Greatest number.
        max: usize,
    },
    /// Base64 of an expanded template: URL-safe and unpadded, or standard and padded.
    Base64 {
        /// Whether URL-safe and unpadded.
        url: bool,
        /// The template inside.
        inner: Vec<Piece>,
    },
    /// A generated value with structure.
    Made {
        /// Which.
        generator: Generator,
        /// The words after its name, separated by `:`.
        args: Vec<String>,
    },
}

/// A mistake in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Byte offset in the template.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it; may be empty.
    pub hint: String,
}

named! {
    /// A class of characters.
    Class {
        /// 0-9.
        Digits = "digits",
        /// 0-9a-f.
        Hex = "hex",
        /// 0-9A-F.
        HexUpper = "HEX",
        /// A-Z.
        Upper = "upper",
        /// a-z.
        Lower = "lower",
        /// A-Za-z.
        Alpha = "alpha",
        /// A-Z2-7.
        Base32 = "base32",
        /// a-z2-7.
        Base32Lower = "base32l",
        /// 0-9a-z.
        Base36 = "base36",
        /// 0-9A-Z.
        Base36Upper = "base36u",
        /// 0-9A-Za-z.
        Base62 = "base62",
        /// A-Za-z0-9+/.
        Base64 = "base64",
        /// A-Za-z0-9-_.
        Base64Url = "base64url",
        /// A-Za-z0-9_.
        Word = "word",
        /// The Bech32 alphabet in upper case.
        Bech32 = "bech32",
        /// The Bitcoin alphabet.
        Base58 = "base58",
        /// ASCII graphic without quotes, backslash and braces.
        Printable = "printable",
    }
}

named! {
    /// A generator of structured values. `example/` says what each makes.
    Generator {
        /// `{uuid}`: version 4.
        Uuid = "uuid",
        /// `{crc32-base62}`: CRC32 of the placeholder before, six characters.
        Crc32Base62 = "crc32-base62",
        /// `{crc32-hex}`: CRC32 of the placeholder before, 8 hex digits.
        Crc32Hex = "crc32-hex",
        /// `{crc32-hex-body:PREFIX}`: Cloudflare, prefix `cfut_` unless given.
        Crc32HexBody = "crc32-hex-body",
        /// `{vercel-crc32:PREFIX}`: Vercel, prefix `vcp_` unless given.
        VercelCrc32 = "vercel-crc32",
        /// `{grafana-crc32}`: service account token.
        GrafanaCrc32 = "grafana-crc32",
        /// `{grafana-json}`: cloud token; `{grafana-json:legacy}`: API key.
        GrafanaJson = "grafana-json",
        /// `{atlassian-crc32}`: API token.
        AtlassianCrc32 = "atlassian-crc32",
        /// `{gitlab-routable:PREFIX}`: prefix `glpat-` unless given; `{gitlab-routable:PREFIX:v0}`: the
        /// first form, without a version.
        GitlabRoutable = "gitlab-routable",
        /// `{confluent-crc32}`: Cloud API secret.
        ConfluentCrc32 = "confluent-crc32",
        /// `{azure-identifiable:SIGNATURE:LENGTH}`.
        AzureIdentifiable = "azure-identifiable",
        /// `{azure-cask:SIGNATURE}`: signature `AZDO` unless given.
        AzureCask = "azure-cask",
        /// `{entra-secret}`: client secret with `8Q~`.
        EntraSecret = "entra-secret",
        /// `{azure-devops-pat}`: the legacy form.
        AzureDevopsPat = "azure-devops-pat",
        /// `{aws-key-id:PREFIX}`: prefix `AKIA` unless given.
        AwsKeyId = "aws-key-id",
        /// `{age}`: identity.
        Age = "age",
        /// `{wif}`: Bitcoin private key.
        Wif = "wif",
        /// `{nats-seed:TYPE}`: type `U` unless given.
        NatsSeed = "nats-seed",
        /// `{jwt}`: header, claims and signature.
        Jwt = "jwt",
        /// `{mnemonic}`: a seed phrase of twelve words.
        Mnemonic = "mnemonic",
        /// `{discord-bot}`: bot token.
        DiscordBot = "discord-bot",
        /// `{pypi-macaroon}`: pypi.org; `{pypi-macaroon:test}`: test.pypi.org.
        PypiMacaroon = "pypi-macaroon",
        /// `{sentry-org}`: organisation token.
        SentryOrg = "sentry-org",
        /// `{onepassword-service}`: service account token.
        OnePasswordService = "onepassword-service",
        /// `{pem:rsa}`, `ec`, `dsa`, `pkcs8`, `openssh`, `encrypted`, `pgp`.
        Pem = "pem",
        /// `{putty}`: key file, version 3; `{putty:2}`.
        Putty = "putty",
        /// `{google-service-account}`: the JSON of a key file.
        GoogleServiceAccount = "google-service-account",
        /// `{base64-of-32-bytes}`: `WireGuard`.
        Base64Of32Bytes = "base64-of-32-bytes",
        /// `{docker-auth}`: base64 of user:password.
        DockerAuth = "docker-auth",
        /// `{mapbox-token}`: secret token.
        MapboxToken = "mapbox-token",
        /// `{password-hash:bcrypt}`, `apr1`, `sha512`, `sha256`, `md5`, `yescrypt`.
        PasswordHash = "password-hash",
    }
}

impl Generator {
    /// What each argument may be, and how many must be given. An empty list of choices is free text.
    fn shape(self) -> (usize, &'static [&'static [&'static str]]) {
        match self {
            Self::Pem => (1, &[&["rsa", "ec", "dsa", "pkcs8", "openssh", "encrypted", "pgp"]]),
            Self::PasswordHash => (1, &[&["bcrypt", "apr1", "md5", "sha256", "sha512", "yescrypt"]]),
            Self::AzureIdentifiable => (2, &[AZURE_SIGNATURES, &["44", "52", "56", "88"]]),
            Self::GitlabRoutable => (0, &[&[], &["v0", "v1"]]),
            Self::GrafanaJson => (0, &[&["legacy"]]),
            Self::Putty => (0, &[&["2", "3"]]),
            Self::PypiMacaroon => (0, &[&["test"]]),
            Self::NatsSeed => (0, &[&["U", "A", "O", "C", "N", "X"]]),
            Self::AwsKeyId => (0, &[&["AKIA", "ASIA", "ABIA", "ACCA"]]),
            Self::Crc32HexBody | Self::VercelCrc32 | Self::AzureCask | Self::AtlassianCrc32 | Self::MapboxToken => {
                (0, &[&[]])
            }
            _ => (0, &[]),
        }
    }
}

/// Signatures of Azure identifiable keys. Source: Microsoft security-utilities, IdentifiableMetadata.cs.
pub const AZURE_SIGNATURES: &[&str] =
    &["+ASt", "AzCa", "ACDb", "+ABa", "+ACR", "AzFu", "AzSe", "+ASb", "+AEh", "+ARm", "AIoT", "APIM", "AZEG", "+AMC"];

/// Most characters one placeholder may make.
const MAX_CHARS: usize = 16 * 1024;
/// Deepest nesting of `{b64:...}`.
const MAX_DEPTH: usize = 4;

/// Parses a template.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut parser = Parser { text, at: 0 };
    let pieces = parser.pieces(0)?;
    Ok(pieces)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn error<T>(at: usize, message: impl Into<String>, hint: impl Into<String>) -> Result<T, TemplateError> {
        Err(TemplateError { at, message: message.into(), hint: hint.into() })
    }

    /// Pieces up to the end, or up to the `}` that closes the placeholder they stand in (`depth` > 0).
    fn pieces(&mut self, depth: usize) -> Result<Vec<Piece>, TemplateError> {
        let (mut pieces, mut literal, mut open) = (Vec::new(), String::new(), 0_usize);
        loop {
            let brace = self.rest().find(['{', '}']).unwrap_or(self.rest().len());
            literal.push_str(self.rest().get(..brace).unwrap_or(""));
            self.at += brace;
            let at = self.at;
            if self.eat("{{") {
                literal.push('{');
                open += 1;
            } else if (depth == 0 || open > 0) && self.eat("}}") {
                literal.push('}');
                open = open.saturating_sub(1);
            } else if self.eat("{") {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(self.placeholder(at, depth)?);
            } else {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(literal));
                }
                return match (self.eat("}"), depth) {
                    (true, 0) => Self::error(at, "`}` closes nothing", "write `}}` for a brace"),
                    (false, 1..) => Self::error(at, "a placeholder is not closed", "add `}`"),
                    _ => Ok(pieces),
                };
            }
        }
    }

    fn placeholder(&mut self, open: usize, depth: usize) -> Result<Piece, TemplateError> {
        let start = self.at;
        for (head, url) in [("b64:", false), ("b64url:", true)] {
            if self.eat(head) {
                if depth >= MAX_DEPTH {
                    return Self::error(open, "base64 is nested too deeply", "");
                }
                return Ok(Piece::Base64 { url, inner: self.pieces(depth + 1)? });
            }
        }
        let Some(end) = self.rest().find(['{', '}']).filter(|&end| self.rest().as_bytes().get(end) == Some(&b'}'))
        else {
            return Self::error(open, "a placeholder is not closed", "write `{{` for a brace");
        };
        let inside = self.rest().get(..end).unwrap_or("");
        self.at += end + 1;
        let (name, args) = inside.split_once(':').map_or((inside, None), |(name, args)| (name, Some(args)));
        if let Some(class) = Class::parse(name) {
            return Self::chars(class, args, start + name.len());
        }
        let Some(generator) = Generator::parse(name) else {
            let known = [&["b64", "b64url"], Class::NAMES, Generator::NAMES].concat();
            return Self::error(
                start,
                format!("unknown placeholder `{}`", name.escape_debug()),
                super::syntax::nearest(name, &known),
            );
        };
        let args: Vec<String> = args.map(|args| args.split(':').map(str::to_owned).collect()).unwrap_or_default();
        Self::check_args(generator, name, &args, start)?;
        Ok(Piece::Made { generator, args })
    }

    fn chars(class: Class, count: Option<&str>, at: usize) -> Result<Piece, TemplateError> {
        let count = count.unwrap_or("");
        let (min, max) = count.split_once('-').unwrap_or((count, count));
        match (min.parse(), max.parse()) {
            (Ok(min), Ok(max)) if min <= max && max > 0 && max <= MAX_CHARS => Ok(Piece::Chars { class, min, max }),
            _ => Self::error(at, "a class needs a count", "write {class:n} or {class:n-m}, at most 16384"),
        }
    }

    fn check_args(generator: Generator, name: &str, args: &[String], at: usize) -> Result<(), TemplateError> {
        let (needed, shape) = generator.shape();
        if args.len() < needed || args.len() > shape.len() {
            let message = format!("`{name}` takes {needed} to {} arguments, found {}", shape.len(), args.len());
            return Self::error(at, message, "arguments follow the name, separated by `:`");
        }
        for (arg, choices) in args.iter().zip(shape) {
            if !choices.is_empty() && !choices.contains(&arg.as_str()) {
                let message = format!("`{name}` does not know `{}`", arg.escape_debug());
                return Self::error(at, message, format!("known: {}", choices.join(", ")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_nest_and_escape() {
        let pieces = parse(r#"a{{b}}{b64:{{"k":"{hex:2-3}"}}}c"#).unwrap();
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], Piece::Literal("a{b}".to_owned()));
        let Piece::Base64 { url: false, inner } = &pieces[1] else { panic!("{pieces:?}") };
        assert_eq!(inner[0], Piece::Literal("{\"k\":\"".to_owned()));
        assert_eq!(inner[1], Piece::Chars { class: Class::Hex, min: 2, max: 3 });
        assert_eq!(inner[2], Piece::Literal("\"}".to_owned()));
        assert!(matches!(parse("{b64:{b64:{digits:3}}}").as_deref(), Ok([Piece::Base64 { .. }])));
    }

    #[test]
    fn mistakes_have_a_place() {
        let cases: [(&str, usize); 8] = [
            ("ab}", 2),
            ("ab{hex:3", 2),
            ("ab{hax:3}", 3),
            ("{hex}", 4),
            ("{hex:9-3}", 4),
            ("x{b64:{hex:3}", 13),
            ("{pem:foo}", 1),
            ("{jwt:x}", 1),
        ];
        for (text, at) in cases {
            assert_eq!(parse(text).unwrap_err().at, at, "{text}");
        }
    }
}
