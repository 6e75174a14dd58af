//! The names of the offline proofs a rule can ask for.
//!
//! This file is plain data, shared with the build script, so that a rule which names an unknown check
//! fails the build. The proofs themselves are in `score/checks/`; the compiler demands one for each name.

use super::named::named;

named! {
    /// A named structural or checksum validator.
    Check {
        /// GitHub classic tokens and npm: base62 CRC32 in the last six characters.
        Crc32Base62 = "crc32-base62",
        /// Vercel `vc*_`: base62 CRC32 of the 50 characters before it.
        VercelCrc32 = "vercel-crc32",
        /// Cloudflare `cf*_` and Zuplo: CRC32 of the body, 8 hex digits.
        Crc32HexBody = "crc32-hex-body",
        /// Grafana `glsa_`: little-endian CRC32 including the prefix.
        GrafanaCrc32 = "grafana-crc32",
        /// Grafana `glc_` and `eyJrIjoi`: base64 of JSON.
        GrafanaJson = "grafana-json",
        /// Atlassian `ATATT3`: CRC32 of everything before the last 8 hex digits.
        AtlassianCrc32 = "atlassian-crc32",
        /// GitLab routable tokens: base36 length and CRC32.
        GitlabRoutable = "gitlab-routable",
        /// Elastic Cloud `essu_`: base64 of a key and its CRC32.
        ElasticCrc32 = "elastic-crc32",
        /// Slack `xoxe`: base64 of ids and 64 hex digits.
        SlackConfiguration = "slack-configuration",
        /// Confluent `cflt`: base64 CRC32 in the last six characters.
        ConfluentCrc32 = "confluent-crc32",
        /// Azure identifiable keys (storage, Redis, Cosmos DB, ...): Marvin32.
        AzureIdentifiable = "azure-identifiable",
        /// Azure CASK keys (JQQJ99): Marvin32.
        AzureCask = "azure-cask",
        /// Azure DevOps legacy personal access tokens: scattered CRC32.
        AzureDevopsPat = "azure-devops-pat",
        /// AWS access key ids: the account number they carry.
        AwsKeyId = "aws-key-id",
        /// age identities: Bech32.
        AgeBech32 = "age-bech32",
        /// Bitcoin WIF: Base58Check.
        Wif = "wif",
        /// NATS seeds: CRC16.
        NatsSeed = "nats-seed",
        /// Seed phrases of wallets: BIP-39's words and checksum.
        Bip39 = "bip39",
        /// JSON Web Tokens: header and claims.
        Jwt = "jwt",
        /// Discord bot tokens: the user id they carry.
        DiscordBot = "discord-bot",
        /// PyPI tokens: macaroon structure.
        PypiMacaroon = "pypi-macaroon",
        /// Sentry organisation tokens: base64 of JSON.
        SentryOrg = "sentry-org",
        /// 1Password service account tokens: base64url of JSON.
        OnePasswordService = "onepassword-service",
        /// PEM blocks (PKCS#1, PKCS#8, SEC1, OpenSSH, PGP): parsed.
        PemPrivateKey = "pem-private-key",
        /// PuTTY private key files: parsed.
        PuttyKey = "putty-key",
        /// Google service-account JSON: parsed.
        GoogleServiceAccount = "google-service-account",
        /// 32 bytes of base64 (WireGuard).
        Base64Of32Bytes = "base64-of-32-bytes",
        /// docker `auth`: base64 of user:password.
        DockerAuth = "docker-auth",
        /// Mapbox secret tokens: base64url JSON in the middle.
        MapboxToken = "mapbox-token",
        /// Password hashes (bcrypt, crypt): a hash, not a credential.
        PasswordHash = "password-hash",
    }
}
