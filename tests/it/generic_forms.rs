//! The generic family, language by language: calls, prefixes and brackets around a value, keys of signatures, columns of
//! tables. Every value is drawn.

use portcullis::engine::{Engine, Scratch};
use portcullis::model::Confidence;

use crate::detect::{drawn, told};
use crate::generic::found_and_stood_in;

/// Regression: a value inside of one call and more, or behind a prefix of its language, was missed.
#[test]
fn calls_and_prefixes_around_a_value_are_seen_through() {
    let forms = [
        "let password = String::from(\"@\");",
        "    password: Some(String::from(\"@\")),",
        "    .with_password(String::from(\"@\"))",
        "let secret: Option<&str> = Some(\"@\");",
        "let password = SecretString::new(\"@\".into());",
        "let password = Cow::Borrowed(\"@\");",
        "let token = r#\"@\"#;",
        "std::string password{\"@\"};",
        "std::string password = std::string(\"@\");",
        "const wchar_t* password = L\"@\";",
        "QString password = QStringLiteral(\"@\");",
        "LPCTSTR password = TEXT(\"@\");",
        "std::string password = R\"(@)\";",
        "\tPassword: aws.String(\"@\"),",
        "\tMasterUserPassword: pulumi.String(\"@\"),",
        "\tToken: to.Ptr(\"@\"),",
        "\tsecretKey := []byte(\"@\")",
        "\ttoken := strings.TrimSpace(\"@\")",
        "string password = $\"@\";",
        "var securePassword = new SecureString(\"@\");",
        "public string Password { get; set; } = \"@\";",
        "new NetworkCredential(\"app\", \"@\").SecurePassword",
        "local password = [[@]]",
        "password=$'@'",
        "CREATE LOGIN app WITH PASSWORD = N'@', CHECK_POLICY = OFF;",
        "UPDATE users SET password=MD5('@') WHERE id = 1;",
    ];
    found_and_stood_in(&forms, &["changeme", "your-password-here", "password", "${PASSWORD}"]);
    // With the bracket's rest.
    assert_eq!(told(&drawn("local password = [==[{base62:14}{digits:2}]==]\n", 1)).len(), 1);
}

/// Regression: the key in a call that signs or encrypts was missed, for no name stands beside it.
#[test]
fn keys_in_calls_that_sign_or_encrypt_are_credentials() {
    let forms = [
        "jwt.sign(payload, \"@\")",
        "jwt.sign({ id: user.id }, '@', { expiresIn: '1h' })",
        "jwt.verify(token, '@')",
        "jwt.encode({\"some\": \"payload\"}, \"@\", algorithm=\"HS256\")",
        "JWT::encode($payload, '@', 'HS256')",
        "hmac.new(b\"@\", msg, hashlib.sha256)",
        "crypto.createHmac('sha256', '@').update(data)",
        "hash_hmac('sha256', $data, '@')",
        "OpenSSL::HMAC.hexdigest('sha256', '@', data)",
        "crypto.createCipheriv('aes-256-cbc', '@', iv)",
        "CryptoJS.AES.encrypt(text, \"@\").toString()",
        "AES.new(b'@', AES.MODE_ECB)",
        "new SecretKeySpec(\"@\".getBytes(), \"AES\")",
        "Jwts.builder().signWith(SignatureAlgorithm.HS256, \"@\")",
        "Algorithm.HMAC256(\"@\")",
        "new SymmetricSecurityKey(Encoding.UTF8.GetBytes(\"@\"))",
        "hmac.New(sha256.New, []byte(\"@\"))",
        "sessions.NewCookieStore([]byte(\"@\"))",
    ];
    found_and_stood_in(&forms, &["secret", "your-secret-key", "changeme", "password"]);
    for text in [
        "crypto.createHmac('sha256', key).update('Kd83jfLq02Xw7Rt4')\n",
        "jwt.verify(token, process.env.JWT_SECRET)\n",
        "JWT.encode(payload, 'password', 'HS256')\n",
        "secret.encode(\"utf-16-le\")\n",
        "cipher = \"aes-256-cbc\"; token = \"RS512\"\n",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: of what stands in YAML, JSON, Terraform and templates of clouds these forms were missed.
#[test]
fn settings_of_containers_and_clouds() {
    let forms = [
        "password: !!str @",
        "password: !!str \"@\"",
        "MasterUserPassword: !Sub '@'",
        "      - 'POSTGRES_PASSWORD: @'",
        "    environment:\n      - DB_PASSWORD=@",
        "\"adminPassword\": { \"value\": \"@\" }",
        "\"adminPassword\": {\n  \"type\": \"securestring\",\n  \"defaultValue\": \"@\"\n}",
        "  DbPassword:\n    Type: String\n    NoEcho: true\n    Default: @",
        "variable \"password\" {\n  type = string\n  validation {\n    condition = length(var.password) > 8\n  }\n  default = \"@\"\n}",
        "ENV db_password @",
        "set -gx API_TOKEN @",
    ];
    found_and_stood_in(&forms, &["changeme", "your-password-here", "<password>"]);
}

/// Regression: passwords that a shell pipes into a program, or gives as an argument, were missed.
#[test]
fn passwords_on_command_lines() {
    let forms = [
        "echo @ | docker login --username app --password-stdin",
        "echo \"@\" | docker login -u app --password-stdin registry.example.org",
        "docker login --password-stdin <<< \"@\"",
        "printf '%s' '@' | podman login --password-stdin",
        "echo '@' | sudo -S apt update",
        "echo \"@\" | passwd --stdin root",
        "SSHPASS=@ sshpass -e ssh host",
        "mysqladmin -u root password '@'",
        "curl -X POST -u 'admin':'@' https://api.example.org",
        "curl --proxy-user app:@ https://api.example.org",
        "http -a app:@ GET api.example.org",
        "<auth-user-pass>\napp\n@\n</auth-user-pass>",
        "CREATE USER app PASSWORD '@';",
        "CREATE USER app IDENTIFIED BY @;",
        "new Sequelize('shop', 'app', '@', {",
        "new DriverManagerDataSource(\"jdbc:h2:mem\", \"sa\", \"@\");",
        "cx_Oracle.connect(\"scott\", \"@\", dsn)",
        "ssh.connect(host, 22, \"app\", \"@\")",
    ];
    found_and_stood_in(&forms, &["changeme", "password"]);
    for text in ["{PBEParameter IDENTIFIED BY pbeWithMD5AndRC2-CBC}  |\n", "echo \"$PASS\" | sudo -S ls\n"] {
        assert_eq!(told(text), [], "{text}");
    }
}

/// Regression: a password in a column was missed, for its name is lines away.
#[test]
fn columns_of_tables() {
    let engine = Engine::builtin();
    let blocks = |name: &str, text: &str| {
        let mut found = engine.scan(&mut Scratch::default(), text.as_bytes());
        engine.scan_named(text.as_bytes(), name.as_bytes(), &mut found);
        found.iter().any(|finding| finding.score.confidence >= Confidence::Medium)
    };
    let forms = [
        ("users.csv", "username,password\nalice,@\n"),
        ("users.csv", "user,\"password\",mail\n\"alice\",\"@\",a\n"),
        ("users.csv", "id;login;password;role\n1;alice;@;admin\n"),
        ("users.tsv", "name\tpassword\trole\nalice\t@\tadmin\n"),
        ("dump.sql", "INSERT INTO users (name, password) VALUES ('alice', '@');\n"),
        ("dump.sql", "INSERT INTO `users` (`id`, `password`, `role`) VALUES (1, '@', 'admin');\n"),
    ];
    for (at, (name, form)) in forms.iter().enumerate() {
        for (template, told) in
            [("{base62:14}{digits:2}", true), ("{hex:32}", false), ("{hex:40}", false), ("changeme", false)]
        {
            let text = form.replace('@', &drawn(template, at as u64));
            assert_eq!(blocks(name, &text), told, "{name}: {text}");
        }
    }
    assert!(!blocks("users.csv", &drawn("username,city\nalice,{base62:16}\n", 1)));
}

/// Lines of ordinary packages that were told (see `benches/benign`; these of packages outside its list).
#[test]
fn what_programs_say_of_tokens_and_keys_is_none() {
    for template in [
        "[\"path\", {{ d: \"M15 12h-5\", key: \"{base36:6}\" }}],\n",
        "\"AWS::ApiGateway::RestApi\": \"{hex:16}\",\n",
        "\"AWS::IAM::AccessKey\": \"{hex:16}\",\n",
        "input[type=\"password\"]:focus,\n",
        "println!(\"the following token:\\n{{token_res:?}}\\n\");\n",
        "BIO_printf(bp, \"    Extended master secret: %s\\n\",\n",
        "% {{'name': name, 'password': newpw}}\n",
        "  --> $DIR/late-compile-pass.rs:20:37\n",
        "fn write(&self, handle: i32, pw: u64) -> Result<()> {{\n",
        "readonly STENCIL_BACK_PASS_DEPTH_FAIL: 0x8802;\n",
        "keywords = [\"crypt\", \"mcf\", \"password\", \"pbkdf\", \"phc\"]\n",
        "[\\\"username\\\", \\\"password\\\", \\\"totp\\\"],\n",
        "\"password\": \"md5$seasalt${hex:32}\",\n",
        "passwd = keyring.get_password(\"pgcli\", key) or \"\"\n",
        "client.connect(now, config, \"[::1]:4433\".parse().unwrap(), \"localhost\")\n",
        "let signature = \"sha256={hex:64}\";\n",
        "private readonly string _password = \"password\";\n",
        "sources: \"libs/63-migrate-password-settings.ts\",\"webpack://@app/cli/../libs/64-migrate-history.ts\"\n",
        "    Token.Keyword: \"bold #{hex:6} bg:#{hex:6}\",\n",
        "  --token-color: #{hex:6};\n",
        "\"tokenColors\": \"#{hex:8}\"\n",
        "  nonce=\"{base64:22}==\"\n",
        "Content-Security-Policy: script-src 'nonce-{base64:22}==' 'self'\n",
        "pwd.struct_passwd(('root', 'x', 0, 0, 'root', '/root', '/bin/bash'))\n",
        "home = pwd.getpwuid(os.getuid()).pw_dir\n",
        "const url = this.ghostPaths.url.api(`search-index/${{(0,t.pluralize)(e.model)}}`)\n",
        "toggleRowExpansion:v,updateKeyChildren:x}}=iR(c),{{isHidden:S\n",
        "* a01b66556f Add docs for rotate_aes_key (`#37641`_)\n",
        "f(encryption_key_md5=source_sse_c_key_md5, x)\n",
        "passwd = re.compile(r\"Enter passphrase: \", re.M)\n",
        "if (!t->GetBytes(&secret_key_s_, \"skSm\") ||\n",
        "return this.passProp(\"getCoords\");\n",
        "const EXAMPLE_SALT: &str = \"{base62:14}\";\n",
    ] {
        for seed in 0..10 {
            let text = drawn(template, seed);
            assert_eq!(told(&text), [], "{text}");
        }
    }
}
