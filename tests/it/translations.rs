//! Files of translations stay quiet: every form they are written in, text of many languages, escaped or not.

use crate::detect::{drawn, told};

/// What `@` is called, at `%`.
const FORMS: [&str; 17] = [
    "  \"%\": \"@\",\n",
    "%=@\n",
    "% = @\n",
    "%: @\n",
    "%: '@'\n",
    "msgid \"%\"\nmsgstr \"@\"\n",
    "<trans-unit id=\"%\"><source>%</source><target>@</target></trans-unit>\n",
    "<string name=\"%\">@</string>\n",
    "<data name=\"%\" xml:space=\"preserve\"><value>@</value></data>\n",
    "\"%\" = \"@\";\n",
    "'%' => '@',\n",
    "\"%\": {\n  \"message\": \"@\"\n}\n",
    "\"%\": {\"other\": \"@\"}\n",
    "<key>%</key>\n<string>@</string>\n",
    "[%]\nother = \"@\"\n",
    "<label for=\"%\">@</label>\n",
    "<input name=\"%\" placeholder=\"@\">\n",
];
const NAMES: [&str; 8] = [
    "password",
    "newPassword",
    "login.password.label",
    "token",
    "client_secret",
    "passwordLabel",
    "PASSWORD",
    "secret",
];
const TEXTS: [&str; 36] = [
    "Mot de passe",
    "Contraseña",
    "Passwort vergessen?",
    "Heslo",
    "Hasło",
    "Пароль",
    "密码",
    "パスワード",
    "비밀번호",
    "Palavra-passe",
    "Wachtwoord",
    "Kata Sandi",
    "Jelszó",
    "Şifre",
    "Salasana",
    "Lösenord",
    "Adgangskode",
    "Nytt passord",
    "Neues Passwort",
    "Gebruikerswachtwoord",
    "Confirmez le mot de passe",
    "La contraseña debe tener al menos 8 caracteres",
    "Geben Sie Ihr Passwort ein",
    "Σύνθημα",
    "סיסמה",
    "كلمة المرور",
    "रหัสผ่าน",
    "Mật khẩu",
    "Parolă nouă",
    "Geheimnis",
    "Clé secrète",
    "Nesprávné heslo",
    "Forgot your password?",
    "Wi-Fi Password",
    "clave secreta",
    "Das Passwort ist zu kurz.",
];

/// `ñ` as `\u00f1`, as JSON and Java's properties write it.
fn escaped(text: &str) -> String {
    let mut units = [0; 2];
    let escape = |letter: char, units: &mut [u16; 2]| -> String {
        letter.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escape(c, &mut units) }).collect()
}

/// `ñ` as `\xf1`, as JavaScript's packers write it.
fn escaped_in_javascript(text: &str) -> String {
    let escape = |c: char| {
        if matches!(c, '\u{80}'..='\u{ff}') { format!("\\x{:02X}", u32::from(c)) } else { escaped(&c.to_string()) }
    };
    text.chars().map(escape).collect()
}

/// Regression: translated labels of passwords blocked by the thousand.
#[test]
fn labels_and_messages_in_any_language_are_no_credentials() {
    for text in TEXTS {
        for name in NAMES {
            for form in FORMS {
                for value in [text.to_owned(), escaped(text), escaped_in_javascript(text)] {
                    let line = form.replace('%', name).replace('@', &value);
                    assert_eq!(told(&line), [], "{line}");
                }
            }
        }
    }
}

/// And a password among them is one.
#[test]
fn a_password_in_a_file_of_translations_is_told() {
    for form in
        ["  \"password\": \"@\",\n", "password=@\n", "password: '@'\n", "<string name=\"password\">@</string>\n"]
    {
        for seed in 0..5 {
            let value = drawn("{base62:11}{digits:1}", seed);
            let text = form.replace('@', &value);
            assert!(told(&text).iter().any(|(_, secret)| *secret == value), "{text}");
        }
    }
    // Random bytes written out are a key.
    let bytes: String = (0..24).map(|at| format!("\\x{:02x}", 0x80 + (at * 53 + 7) % 128)).collect();
    let text = format!("app.secret_key = b\"{bytes}\"\n");
    assert_eq!(told(&text).len(), 1, "{text}");
    // Letters beyond ASCII with a digit or a mark are no word of a language.
    for text in ["password = \"Kl\u{e4}r7wx9Qz\"\n", "password = \"m\u{f6}rder#Zq\u{df}x\"\n"] {
        assert_eq!(told(text).len(), 1, "{text}");
    }
}
