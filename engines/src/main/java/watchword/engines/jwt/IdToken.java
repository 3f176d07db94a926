package watchword.engines.jwt;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import watchword.crypto.jose.JwtException;
import watchword.sdk.Secret;

/** What an OpenID provider's token must say to be the answer to a login that we began (OpenID Connect Core 1.0, 3.1.3.7). */
record IdToken(String issuer, String clientId, Optional<String> nonce, Role role) {
    private static final Duration SKEW = Duration.ofMinutes(1);

    void require(Claims claims, Instant now) throws JwtException {
        if (claims.text("sub").filter(subject -> !subject.isEmpty()).isEmpty()) throw new JwtException("invalid id_token: sub: missing claim");
        if (!claims.tree().containsKey("exp")) throw new JwtException("invalid id_token: exp: missing claim");
        new Checks(issuer, "", role.boundAudiences(), SKEW, Duration.ZERO, Duration.ZERO).require(claims, now);
        requireForUs(claims);
        if (nonce.isPresent() && !claims.text("nonce").equals(nonce)) throw new JwtException("invalid id_token nonce");
        if (role.maxAge().isPositive()) requireRecent(claims, now);
        if (!role.boundSubject().isEmpty() && !claims.text("sub").equals(Optional.of(role.boundSubject()))) throw new JwtException("sub claim does not match bound subject");
    }

    private void requireForUs(Claims claims) throws JwtException {
        var audience = Checks.audience(claims);
        var party = claims.named("azp");
        boolean isParty = party.equals(Optional.of(clientId));
        if (party.isPresent() && !isParty) throw new JwtException("invalid id_token: authorized party is not equal client_id");
        if (audience.size() > 1 && !isParty) throw new JwtException("invalid id_token: multiple audiences and authorized party is not equal client_id");
        // A role that names audiences may take tokens for another service of ours, that were made for us.
        boolean forAnother = !role.boundAudiences().isEmpty() && isParty && audience.size() == 1;
        if (!audience.contains(clientId) && !forAnother) throw new JwtException("invalid id_token audiences: none is the client_id");
    }

    private void requireRecent(Claims claims, Instant now) throws JwtException {
        var proved = Checks.time(claims, "auth_time").orElseThrow(() -> new JwtException("missing auth_time claim when max age was requested"));
        if (proved.plus(role.maxAge()).plus(SKEW).isBefore(now)) throw new JwtException("auth_time is beyond max age");
    }

    /** That an access token is the one it came with, where it says so (3.1.3.6): by half of a hash, of which the length tells which one it is. */
    static void requireOf(Claims claims, Secret accessToken) throws JwtException {
        var said = claims.named("at_hash");
        if (said.isEmpty()) return;
        var text = said.get() instanceof String hash ? hash : "";
        var algorithm = switch (text.length()) {
            case 22 -> "SHA-256";
            case 32 -> "SHA-384";
            case 43 -> "SHA-512";
            default -> throw new JwtException("invalid id_token at_hash");
        };
        if (!text.equals(accessToken.<String>use(bytes -> half(algorithm, bytes)))) throw new JwtException("invalid id_token at_hash");
    }

    private static String half(String algorithm, byte[] text) {
        try {
            var hash = MessageDigest.getInstance(algorithm).digest(text);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, hash.length / 2));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
