package watchword.engines.jwt;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;

/**
 * The few pages that a user's browser is shown. Whatever is shown is escaped; nothing is run but our own line, by a nonce; nobody may
 * frame a page, since one asks for consent.
 */
final class Pages {
    private Pages() {}

    /** Asks whether it was they who began the login. */
    static Reply<None> confirm(String requester, String role, String state, String code, String confirmation) {
        return page(200, "Confirm the login", """
                <p>A client at <b>%s</b> wants to log in as you, with the role <b>%s</b>.</p>
                <p>Go on only if you began this login yourself, just now. If somebody sent you here, close this page.</p>
                <form method="get"><input type="hidden" name="state" value="%s"><input type="hidden" name="code" value="%s">
                <input type="hidden" name="confirmation" value="%s"><button type="submit">Yes, log it in</button></form>
                """.formatted(escape(requester), escape(role), escape(state), escape(code), escape(confirmation)), "");
    }

    static Reply<None> done() {
        return page(200, "Logged in", "<p>You are logged in, and may close this page.</p>", "");
    }

    static Reply<None> failed(String why) {
        return page(400, "Login failed", "<p>" + escape(why) + "</p>", "");
    }

    /** Hands the state, and the proof that it is this browser, to the page that opened this one, which then asks for the token. */
    static Reply<None> handBack(String mount, String state, String confirmation, String nonce) {
        var script = "<script nonce=\"%s\">window.opener.postMessage({source:'oidc-callback',path:%s,code:%s,state:%s},window.origin);</script>"
                .formatted(nonce, quoted(mount), quoted(confirmation), quoted(state));
        return page(200, "Logging in", "<p>The login is being completed.</p>" + script, " script-src 'nonce-" + nonce + "';");
    }

    private static Reply<None> page(int status, String title, String body, String allowed) {
        var html = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body><h1>" + title + "</h1>" + body + "</body></html>";
        var headers = Map.of("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none';" + allowed, "X-Content-Type-Options", "nosniff",
                "X-Frame-Options", "DENY", "Referrer-Policy", "no-referrer", "Cache-Control", "no-store");
        var raw = new Reply.Raw(status, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8), headers);
        return Reply.raw(raw);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
    }

    /** As a string of JavaScript within a page: every character that could end it, or the script, is escaped. */
    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
            if (plain) quoted.append(c);
            else quoted.append(String.format("\\u%04x", (int) c));
        }
        return quoted.append('"').toString();
    }
}
