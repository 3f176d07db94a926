package watchword.core.token;

import java.time.Instant;
import java.util.List;
import watchword.core.mount.MountEntry;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/** Whose tokens they are: what logins and renewals need of the identity store. */
public interface Entities {

    /** For a server without an identity store: nobody has an entity. */
    Entities NONE = new Entities() {
        @Override
        public String login(Storage.Writer store, MountEntry mount, Reply.Login login, Instant now) {
            return "";
        }

        @Override
        public void regroup(Storage.Writer store, MountEntry mount, String entityId, List<String> groups, Instant now) {}

        @Override
        public List<String> policies(Storage.Reader store, String entityId) {
            return List.of();
        }
    };

    /**
     * The id of the entity that has the login's alias on this mount, made when there is none; empty for a login without an alias. Its
     * external groups become those that the login tells.
     *
     * @throws watchword.sdk.Problem.ProblemException when the entity is disabled
     */
    String login(Storage.Writer store, MountEntry mount, Reply.Login login, Instant now);

    /** Makes the entity's external groups of this mount those with the given names; nothing for an empty id. */
    void regroup(Storage.Writer store, MountEntry mount, String entityId, List<String> groups, Instant now);

    /** Policies that an entity and its groups add; none for an empty id. */
    List<String> policies(Storage.Reader store, String entityId);
}
