//! The generic family, class by class: how people write a credential, and what looks like one and is public or none.
//! Every value is drawn.

use crate::detect::{drawn, told};

/// Puts drawn values and stand-ins where `@` stands in each form.
pub(crate) fn found_and_stood_in(forms: &[&str], stand_ins: &[&str]) {
    for (seed, form) in forms.iter().enumerate() {
        for round in 0..5 {
            let value = drawn("{upper:2}{lower:3}{digits:2}{base62:9}{digits:1}", seed as u64 * 5 + round);
            let text = format!("{}\n", form.replace('@', &value));
            let found = told(&text);
            assert!(found.iter().any(|(_, secret)| *secret == value), "{text}: {found:?}");
        }
        for stand_in in stand_ins {
            let text = format!("{}\n", form.replace('@', stand_in));
            assert_eq!(told(&text), [], "{text}");
        }
    }
}

/// Regression: what a program falls back to where its environment says nothing was missed.
#[test]
fn fallbacks_are_credentials() {
    let forms = [
        "const s = process.env.DB_PASSWORD || '@';",
        "const s = process.env.JWT_SECRET ?? \"@\";",
        "key = os.getenv(\"API_TOKEN\") or '@'",
        "os.environ.get(\"DB_PASSWORD\", \"@\")",
        "config('SECRET_KEY', default='@')",
        "password: ${DB_PASSWORD:-@}",
        ": \"${REDIS_PASSWORD:=@}\"",
        "spring.datasource.password=${DB_PASSWORD:@}",
        "ENV[\"API_TOKEN\"] || \"@\"",
        "ENV.fetch(\"SECRET_KEY_BASE\") { \"@\" }",
        "getenv('DB_PASSWORD') ?: '@'",
        "std::env::var(\"API_TOKEN\").unwrap_or(\"@\".to_string())",
        "std::env::var(\"API_TOKEN\").unwrap_or_else(|_| \"@\".to_string())",
        "System.getenv().getOrDefault(\"DB_PASSWORD\", \"@\")",
        "Environment.GetEnvironmentVariable(\"DB_PASSWORD\") ?? \"@\"",
    ];
    found_and_stood_in(&forms, &["changeme", "your-password-here", "<password>", "none"]);
}

/// Regression: a password that is an argument, with no name but the call's, was missed.
#[test]
fn arguments_of_calls_that_take_passwords_are_credentials() {
    let forms = [
        "login(\"admin\", \"@\")",
        "server.login(sender, \"@\")",
        "req.SetBasicAuth(user, \"@\")",
        "requests.get(url, auth=('svc', '@'))",
        "requests.get(url, auth=HTTPBasicAuth('svc', '@'))",
        "db.create_user('alice', '@')",
        "User.objects.create_superuser(\"admin\", \"a@b.io\", \"\0\")",
        "conn = pymysql.connect(\"db.internal\", \"app\", \"@\", \"shop\")",
        "$link = mysqli_connect(\"localhost\", \"app\", \"@\", \"shop\");",
        "$pdo = new PDO(\"mysql:host=db;dbname=x\", \"app\", \"@\");",
        "DriverManager.getConnection(url, \"app\", \"@\");",
        "client.basic_auth(\"svc\", Some(\"@\"))",
        "new PasswordAuthentication(\"app\", \"@\".toCharArray())",
        "ftp_login($conn, \"app\", \"@\");",
    ];
    let forms = forms.map(|form| form.replace("a@b.io", "a\u{1}b.io").replace('\0', "@").replace('\u{1}', "."));
    let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
    found_and_stood_in(&forms, &["password", "mypass", "<password>", "/login/failed", "https://example.org/x"]);
}

/// Regression: of a list nothing was found, or the first alone.
#[test]
fn every_place_of_a_list_is_looked_at() {
    for (form, count) in [
        ("secrets = [@, @]", 2),
        ("\"passwords\": [@, @, @, @]", 4),
        ("var apiKeys = []string{@, @}", 2),
        ("let tokens = vec![@, @, @];", 3),
        ("String[] passwords = {@, @};", 2),
        ("passwords:\n  - @\n  - @\n  - @\n", 3),
    ] {
        let values: Vec<String> = (0..count).map(|at| drawn("{upper:2}{lower:2}{digits:2}{base62:14}7", at)).collect();
        let text = values.iter().fold(form.to_owned(), |text, value| text.replacen('@', &format!("\"{value}\""), 1));
        let found = told(&text);
        for value in &values {
            assert!(found.iter().any(|(_, secret)| secret == value), "{text}: {found:?}");
        }
    }
    for text in [
        "tokens = [\"identifier\", \"keyword\", \"punctuation\"]\n",
        "\"Passwords\": {\"shape\": \"S3w\"}\n",
        "secrets:\n  - db-secret\n  - app-secret\n",
        "credentials: [{\"user\": \"x\"}]\n",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: with these between name and value only rules that know the provider saw anything.
#[test]
fn every_way_to_join_a_name_and_its_value_is_known() {
    let forms = [
        "DB_PASSWORD ?= @",
        "DB_PASSWORD += @",
        "DB_PASSWORD ::= @",
        "DB_PASSWORD ?= \"@\"",
        "password += \"@\"",
        "password <- \"@\"",
        "API_TOKEN <<- '@'",
        "$tokens[\"deploy\"] = \"@\";",
        "secrets['deploy_1'] = '@'",
        "var dbPassword string = \"@\"",
        "Dim password As String = \"@\"",
        "password: >-\n  @",
        "password: |\n  @",
        "api_token: >\n    @",
        "<password>\n    @\n</password>",
        "The deploy token is @",
        "deploy --db-token @",
        "deploy --s3-secret @",
        "deploy --storage-master-key @",
        "SECRET_KEY = (\n    \"@\"\n)",
        "db_password = \\\n    '@'",
        "API_TOKEN = \"\"\"@\"\"\"",
        "**Password:** @",
        "- **API key**: `@`",
        "<setting name=\"DbPassword\" serializeAs=\"String\">\n  <value>@</value>\n</setting>",
        "<input name=\"password\" type=\"text\" value=\"@\">",
        "if (\"@\".equals(password)) {",
        "#define WIFI_PASSWORD \"@\"",
        "(setq smtp-password \"@\")",
        "{:password \"@\"}",
        "    storePassword '@'",
        "define('DB_PASSWORD', '@');",
        "props.put(\"password\", \"@\");",
        "if (strcmp(password, \"@\") == 0)",
        "ENV SMTP_PASS @",
        "ENV ENCRYPTION_KEY @",
    ];
    found_and_stood_in(&forms, &["changeme", "your-password-here", "<password>", "none"]);
    for text in [
        "the token is required here\n",
        "if token is None:\n",
        "the password is case-sensitive\n",
        "Password ::= OCTET STRING\n",
        "password += other_password;\n",
        "password: |\n  the password of the user\n",
        "<key>\n  name\n</key>\n",
        "var token string = \"\"\n",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: hex under `api.key` and `this.api_key`, or behind `//`, was held for the digest of a file of that name.
#[test]
fn keys_in_hex_are_no_digests_of_files() {
    for form in [
        "azure.api.key=@\n",
        "this.api_key = '@';\n",
        "builder.apiKey(\"@\")\n",
        "k = process.env.API_KEY || '@'\n",
        "//apiKey = \"@\"\n",
    ] {
        for (seed, class) in ["hex:32", "hex:40", "hex:64"].iter().enumerate() {
            let value = drawn(&format!("{{{class}}}"), seed as u64);
            let text = form.replace('@', &value);
            assert!(told(&text).iter().any(|(_, secret)| *secret == value), "{text}");
        }
    }
    for form in [
        "\"src/ec/private_key.rs\":\"@\",\n",
        "\"src/secrets.rs\":\"@\",\n",
        "\"token.js\": \"@\",\n",
        "  \"lib/api_keys\": \"@\"\n",
    ] {
        let text = form.replace('@', &drawn("{hex:64}", 1));
        assert_eq!(told(&text), [], "{text}");
    }
}

/// Regression: a word and a number without quotes stayed below the line, and so did every such password where a blank or a
/// comma joins it to its name.
#[test]
fn a_word_and_a_number_are_a_password_where_one_stands() {
    for form in [
        "db_password: @\n",
        "<password>@</password>\n",
        "spring.datasource.password = @\n",
        "#define WIFI_PASSWORD \"@\"\n",
        "    storePassword '@'\n",
        "define('DB_PASSWORD', '@');\n",
        "props.put(\"password\", \"@\");\n",
    ] {
        for (at, word) in ["copper", "Lantern", "falcon", "Meadow"].iter().enumerate() {
            let value = drawn(&format!("{word}{{digits:4}}"), at as u64);
            let text = form.replace('@', &value);
            assert!(told(&text).iter().any(|(_, secret)| *secret == value), "{text}");
        }
    }
    for text in ["token: copper4821\n", "password: sha256 of it\n", "the password 'copper4821' is known\n"] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: base64 of a placeholder, references to a store of secrets in places of passwords, and the like were told.
#[test]
fn what_stands_for_a_credential_in_a_secret_or_a_command_is_none() {
    for template in [
        "data:\n  password: {b64:changeme}\n",
        "data:\n  db_password: {b64:<your-password>}\n",
        "data:\n  api_key: {b64:https://vault.example.com/v1/secret}\n",
        "ENV DB_PASSWORD app-db-credentials\n",
        "ENV DB_PASSWORD arn:aws:secretsmanager:eu-west-1:123456789012:secret:app\n",
        "GET /v1/login?user=a&password=sha256:{hex:64} HTTP/1.1\n",
        "password = \"$user$pass\"\n",
        "api_token: abcd9_{lower:4}****************************************\n",
        "api_token = \"abcd9_{lower:4}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n",
        "client_secret = \"abc9<token>\"\n",
        "Authorization: Bearer abc9_{lower:6}${{TOKEN}}\n",
        "Authorization: Bearer abc9_{lower:6}******\n",
        "Authorization: Bearer abc9_{base62:12}<your-token>\n",
        "deploy --token abc9_{lower:6}{{{{token}}}}\n",
        "TOKEN=glptt-0000000000000000000000000000000000000000\n",
        "server->password = \"guest@\";\n",
        "'pass': 'p\u{e2}ss',\n",
        "char secret[] = '{base62:14}7q';\n",
        "api_key = @'{base62:14}7q';\n",
        "echo 'password = '.$p['config']['daemon_password'].\"\\n\";\n",
        "token = \"{base62:8}abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc\"\n",
    ] {
        for seed in 0..5 {
            let text = drawn(template, seed);
            assert_eq!(told(&text), [], "{text}");
        }
    }
    let text = drawn("data:\n  password: {b64:{base62:14}{digits:2}}\n", 1);
    assert_eq!(told(&text).len(), 1, "{text}");
}

/// Regression: rows of letters and digits in turn, and words in base64 behind `Basic`, were told.
#[test]
fn rows_in_turn_and_words_behind_basic_are_no_credentials() {
    let turns = |letters: &str, digits: &str| -> String {
        letters.chars().zip(digits.chars()).flat_map(|(a, b)| [a, b]).collect()
    };
    let rows = [
        turns("abcdefghij", "1234567890"),
        turns("abcdefghijkl", "938475610293"),
        turns("kqzxwvbtmr", "9876543210"),
        format!("{}{}", "abcdef", "123456"),
    ];
    for row in rows {
        let text = format!("api_key = \"{row}\"\n");
        assert_eq!(told(&text), [], "{text}");
    }
    for words in ["none", "some words", "my-user-name"] {
        let text = drawn(&format!("Authorization: Basic {{b64:{words}}}\n"), 1);
        assert_eq!(told(&text), [], "{text}");
    }
}

/// Regression: words with blanks between them were held for a sentence, and long words in a URL for a sample.
#[test]
fn phrases_are_passwords_where_a_password_stands() {
    for text in
        ["password = \"copper lantern drifting meadow\"\n", "db_passphrase: 'violet harbor seven kettle stone'\n"]
    {
        assert_eq!(told(text).len(), 1, "{text}");
    }
    for text in [
        "password = \"the password of the user\"\n",
        "password: \"must have eight letters\"\n",
        "password: \"Enter your new password\"\n",
        "log(password, \"copper lantern drifting meadow\")\n",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: short names, and names in other languages, told nothing.
#[test]
fn names_of_passwords_in_every_habit() {
    let forms = [
        "PW = \"@\"",
        "pw: @",
        "\"pw\": \"@\"",
        "DB_PW=@",
        "root_pswd = \"@\"",
        "requirepass @",
        "masterauth @",
        "rootpw @",
        "pepper = \"@\"",
        "PASSWORD_PEPPER=@",
        "otp_seed = \"@\"",
        "OTP_SEED=@",
        "CSRF_SECRET=@",
        "contraseña = \"@\"",
        "senha: \"@\"",
        "motDePasse = \"@\"",
        "mdp = \"@\"",
        "hasło = \"@\"",
        "lozinka = \"@\"",
        "пароль = \"@\"",
        "密码：@",
        "비밀번호: @",
        "openssl enc -aes-256-cbc -k @ -in a -out b",
        "openssl enc -d -aes-256-cbc -pass pass:@ -in a",
        "htpasswd -bc .htpasswd admin @",
    ];
    found_and_stood_in(&forms, &["$PASSWORD", "<password>", "changeme"]);
    // What guards a session's forms is drawn for it; only a long one tells.
    let text = format!("csrf_token = \"{}\"\n", drawn("{base62:38}7q", 1));
    assert_eq!(told(&text).len(), 1, "{text}");
}

/// Regression: words with a number and a mark, where a password stands without quotes, were held for words.
#[test]
fn passwords_that_people_make_are_told() {
    for form in ["password: @\n", "login(\"admin\", \"@\")\n", "process.env.DB_PASSWORD || '@'\n"] {
        for (at, word) in ["Winter", "Tigers", "Kestrel", "Shadow"].iter().enumerate() {
            let value = drawn(&format!("{word}#{{digits:3}}"), at as u64);
            let text = form.replace('@', &value);
            assert!(told(&text).iter().any(|(_, secret)| *secret == value), "{text}");
        }
    }
}

/// Regression: all of these were told as secrets.
#[test]
fn what_is_public_by_design_does_not_block() {
    let stripe = ["sk_test_", "4eC39HqLyjWD", "arjtT1zdp7dc"].concat();
    let stripe = format!("stripe.api_key = \"{stripe}\"\n");
    for template in [
        "RECAPTCHA_SITE_KEY=6L{base62:6}AAAAA{base62:27}\n",
        "<div data-sitekey=\"6L{base62:6}AAAAA{base62:27}\">\n",
        "recaptcha: {{ siteKey: \"6L{base62:6}AAAAA{base62:27}\" }}\n",
        "SENTRY_DSN=https://{hex:32}@o12345.ingest.sentry.io/1234567\n",
        "dsn = \"https://{hex:32}@sentry.example.org/17\"\n",
        "ALGOLIA_SEARCH_ONLY_API_KEY={hex:32}\n",
        "algoliaSearchKey: '{hex:32}'\n",
        "docsearch({{ apiKey: '{hex:32}', indexName: 'x' }})\n",
        "stripe_key: \"pk_live_{base62:24}\"\n",
        "PUBLISHABLE_KEY={base62:32}\n",
        "site_key = \"{base62:32}\"\n",
        "client_id = \"{base62:32}\"\n",
        "<script nonce=\"{base62:22}==\">\n",
        "key: \"{HEX:40}\"\n",
        "gpg_key = \"{HEX:40}\"\n",
        "signingkey = {HEX:16}\n",
        "GPG_KEY=0x{HEX:16}\n",
        "\"Sec-WebSocket-Key\": \"{base64:22}==\"\n",
    ] {
        for seed in 0..10 {
            let text = drawn(template, seed);
            assert_eq!(told(&text), [], "{text}");
        }
    }
    assert_eq!(told(&stripe), [], "{stripe}");
}

/// Lines of ordinary packages that were told (`benches/benign`).
#[test]
fn ordinary_lines_with_telling_words_are_none() {
    for template in [
        "* Fix SCRAM password `SASLprep`\n",
        "\"secret\": \"V1SecretVolumeSource\",\n",
        "\"output_token\": \"Jobs[-1].JobId\",\n",
        "arn:&region;:us-west-2:&Account;:secret:MySecret1-{base36:6}\n",
        "Key ID: mrk-{hex:32}\n",
        "# basic YYYYMMDD\n",
        "h.set(\"www-authenticate\", [\"basic {lower:8}=\"])\n",
        "Authorization: Basic {b64:foo:bar}\n",
        "card hash with format `card: {{token: \"tok_visa\"}}`\n",
        "Key = {hex:64}\n",
        "let raw_key = \"000102030405060708090A0B0C0D0E0F\";\n",
        "throw new SyntaxError(\"required for Unicode token \"+D);if(x){{if(\"class\"===a)throw 1}}\n",
        "pub const OID_CHALLENGE_PASSWORD: &str = \"1.2.840.113549.1.9.7\";\n",
        "const OID_TIMESTAMP_TOKEN = '1.2.840.113549.1.9.16.1.4';\n",
        "E_UNRECOGNIZED_TOKEN = 0x8004400a,\n",
        "let secret = vec![42u8; 4];\n",
        "let my_private_key: Pkcs8V1Der = der.unwrap();\n",
        "** contain the same values for all columns identified by \"colUsed\", all but\n",
        "self.assertEqual(passValue('str\\x00ing'), 1)\n",
        "msgstr \"Uw wachtwoord is gewijzigd.\"\n",
        "            ClientHandshakeTrafficSecret => b\"c hs traffic\",\n",
        "nobody = pwd.getpwnam('nobody')[2]\n",
        "consistent!(serial_key_0, r\"[A-F0-9]{{8}}\");\n",
        "const QUOTED_TOKENS = /^[\\u0009-\\u007E]+$/\n",
        "headers[key] += `,${{val[i]}}`\n",
        "\"password\": \"%F0%9F%92%A9\",\n",
        "def rpop(self, user, secret):\n    \"\"\"Authorisation\n",
        "[![cov](https://img.shields.io/codecov/c/gh/a/b?style=flat&token={base62:9}7)](x)\n",
        "\u{1}\u{2}\u{3}q\u{4}\u{5}pwd={base62:12}7\u{6}\u{7}\u{8}\n",
    ] {
        for seed in 0..10 {
            let text = drawn(template, seed);
            assert_eq!(told(&text), [], "{text}");
        }
    }
}
