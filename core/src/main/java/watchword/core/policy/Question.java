package watchword.core.policy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may want to do.
 *
 * @param path of a list or scan with its trailing slash
 * @param body the request's object, or its query parameters
 * @param sudo whether the path is root-protected, so that {@code sudo} is needed besides
 */
public record Question(Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl, boolean sudo) {

    public static Question of(Capability wanted, String path) {
        return new Question(wanted, path, Map.of(), Optional.empty(), false);
    }

    /** @param path as it may be typed: with a slash before it, or a folder without the one behind it */
    public static Question typed(Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        var plain = path.startsWith("/") ? path.substring(1) : path;
        return new Question(wanted, wanted.isOfFolders() && !plain.endsWith("/") ? plain + "/" : plain, body, wrapTtl, false);
    }

    public Question withSudo(boolean needed) {
        return new Question(wanted, path, body, wrapTtl, needed);
    }

    Question at(String other) {
        return new Question(wanted, other, body, wrapTtl, sudo);
    }

    public Decision answeredBy(Acl acl) {
        var decision = acl.decide(wanted, path, body, wrapTtl);
        return sudo && decision instanceof Decision.Allow allow && !allow.sudo() ? new Decision.Deny(allow.rule()) : decision;
    }

    /** The rule that decides; null when none covers the path. */
    public @Nullable Rule decidedBy(Acl acl) {
        return acl.decider(wanted, path, body, wrapTtl);
    }

    /** The capabilities that it needs. */
    public int bits() {
        return sudo ? wanted.bit() | Capability.SUDO.bit() : wanted.bit();
    }

    boolean isOfFolder() {
        return wanted.isOfFolders();
    }

}
