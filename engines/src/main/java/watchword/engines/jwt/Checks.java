package watchword.engines.jwt;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.crypto.jose.JwtException;

/** Whether a token that is signed is for us, and for now. The rules, and the texts, are those of the field's clients and roles. */
record Checks(String issuer, String subject, List<String> audiences, Duration clockSkew, Duration expiration, Duration notBefore) {
    private static final Duration USUAL_SKEW = Duration.ofMinutes(1);
    private static final Duration USUAL_LEEWAY = Duration.ofSeconds(150);
    /** The year 9999: beyond it is no time, but a mistake. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /** @param issuer the only one whose tokens are taken; any that has our keys when empty */
    static Checks of(String issuer, Role role) {
        return new Checks(issuer, role.boundSubject(), role.boundAudiences(), role.clockSkewLeeway(), role.expirationLeeway(), role.notBeforeLeeway());
    }

    void require(Claims claims, Instant now) throws JwtException {
        requireText(claims, "iss");
        requireText(claims, "sub");
        if (!issuer.isEmpty() && !claims.text("iss").equals(Optional.of(issuer))) throw new JwtException("invalid issuer (iss) claim");
        if (!subject.isEmpty() && !claims.text("sub").equals(Optional.of(subject))) throw new JwtException("invalid subject (sub) claim");
        var audience = audience(claims);
        if (!audiences.isEmpty() && audience.stream().noneMatch(audiences::contains)) {
            throw new JwtException("invalid audience (aud) claim: audience claim does not match any expected audience");
        }
        requireTime(claims, now);
    }

    private static void requireText(Claims claims, String name) throws JwtException {
        if (claims.named(name).filter(value -> !(value instanceof String)).isPresent()) throw new JwtException("claim \"" + name + "\" is not a string");
    }

    /** Empty for a token that is for nobody in particular. */
    static List<String> audience(Claims claims) throws JwtException {
        var audience = claims.named("aud").orElse(List.of());
        if (audience instanceof String one) return one.isEmpty() ? List.of() : List.of(one);
        if (!(audience instanceof List<?> several) || !several.stream().allMatch(String.class::isInstance)) {
            throw new JwtException("invalid audience (aud) claim: not a string or a list of strings");
        }
        return several.stream().map(String::valueOf).toList();
    }

    /** A token needs one of {@code exp}, {@code nbf} and {@code iat}; what it lacks of them follows from the others. */
    private void requireTime(Claims claims, Instant now) throws JwtException {
        var issued = time(claims, "iat");
        var expires = time(claims, "exp");
        var begins = time(claims, "nbf");
        if (issued.isEmpty() && expires.isEmpty() && begins.isEmpty()) {
            throw new JwtException("no issued at (iat), not before (nbf), or expiration time (exp) claims in token");
        }
        var start = later(issued.orElse(Instant.EPOCH), begins.orElse(Instant.EPOCH));
        var end = expires.orElseGet(() -> start.plus(leeway(expiration, USUAL_LEEWAY)));
        var from = begins.or(() -> issued).orElseGet(() -> end.minus(leeway(notBefore, USUAL_LEEWAY)));
        var skew = leeway(clockSkew, USUAL_SKEW);
        if (now.plus(skew).isBefore(from)) throw new JwtException("invalid not before (nbf) claim: token not yet valid");
        if (now.minus(skew).isAfter(end)) throw new JwtException("invalid expiration time (exp) claim: token is expired");
        if (issued.isPresent() && now.plus(skew).isBefore(issued.get())) throw new JwtException("invalid issued at (iat) claim: token issued in the future");
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Duration leeway(Duration set, Duration usual) {
        return set.isNegative() ? Duration.ZERO : set.isZero() ? usual : set;
    }

    /** Seconds since 1970, perhaps with a fraction, which is dropped. A claim that is there and is no time is not passed over. */
    static Optional<Instant> time(Claims claims, String name) throws JwtException {
        if (!claims.tree().containsKey(name)) return Optional.empty();
        if (!(claims.tree().get(name) instanceof Number number)) throw new JwtException("claim \"" + name + "\" is not a time");
        double seconds = number.doubleValue();
        if (!(seconds >= 0 && seconds <= LAST_SECOND)) throw new JwtException("claim \"" + name + "\" is not a time");
        return Optional.of(Instant.ofEpochSecond((long) seconds));
    }
}
