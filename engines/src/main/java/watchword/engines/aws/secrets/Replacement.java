package watchword.engines.aws.secrets;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.engines.aws.Xml;
import watchword.engines.aws.secrets.Api.Said;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Gives a user another access key. IAM permits two, so the old one works until the new one is known to: it is made, seen to be taken, and
 * recorded before anything of the old one goes. May be done again after a crash at any point.
 */
final class Replacement {
    private static final String LISTING = "Error listing access keys";
    private static final int MOST_KEYS = 2;
    /** IAM takes some seconds to take its own keys. */
    private static final int TRIALS = 15;
    private static final Duration TRIAL_PAUSE = Duration.ofSeconds(1);
    /** How far from its record a key may have been made that is taken for the one that was lost. */
    private static final Duration LOST_AFTER = Duration.ofMinutes(10);
    private static final Duration LOST_BEFORE = Duration.ofMinutes(5);

    /** Where the key is kept; empty when what it belongs to is gone. */
    interface Slot {
        Optional<HeldKey> get(Storage.Reader store);

        void put(Storage.Writer store, HeldKey key);
    }

    private record Listed(String id, Instant made) {}

    private final Storage storage;
    private final Slot slot;
    private final Api api;
    private final String user;
    private final boolean own;
    private final InstantSource clock;

    /** @param own whether the user is the mount's alone: then any other key of it goes when there is no room */
    Replacement(Storage storage, Slot slot, Api api, String user, boolean own, InstantSource clock) {
        this.storage = storage;
        this.slot = slot;
        this.api = api;
        this.user = user;
        this.own = own;
        this.clock = clock;
    }

    /** @return the new key; empty when what it belongs to is gone */
    Optional<HeldKey> run() {
        var held = storage.<Optional<HeldKey>>read(slot::get).orElse(HeldKey.NONE);
        var keys = withRoom(withoutLost(keys(api.ask(LISTING, Question.iam("ListAccessKeys").with("UserName", user))), held), held);
        var begun = clock.instant();
        if (!storage.<Boolean>write(store -> slot.get(store).map(key -> save(store, key.beginning(keys, begun))).orElse(false))) return Optional.empty();
        var made = api.ask("Error creating access keys", Question.iam("CreateAccessKey").with("UserName", user));
        var id = made.text("CreateAccessKeyResult/AccessKey/AccessKeyId");
        var secret = Secret.copyOf(made.text("CreateAccessKeyResult/AccessKey/SecretAccessKey"));
        requireTaken(id, secret);
        var now = clock.instant();
        var kept = storage.<Optional<HeldKey>>write(store -> slot.get(store).map(key -> {
            var next = key.replacedBy(id, secret, now);
            slot.put(store, next);
            return next;
        }));
        if (kept.isEmpty()) delete(id);
        return kept;
    }

    /** Deletes what was made here: the key, the one before, and one that was lost. Gone is as good. */
    void end(HeldKey held) {
        switch (api.ask(Question.iam("ListAccessKeys").with("UserName", user))) {
            case Said.Refused refused when refused.isGone() -> {}
            case Said.Refused refused -> throw refused.as(LISTING);
            case Said.Told told -> {
                for (var key : withoutLost(keys(told.xml()), held)) {
                    if (key.id().equals(held.accessKey()) || key.id().equals(held.previous())) delete(key.id());
                }
            }
        }
    }

    private boolean save(Storage.Writer store, HeldKey key) {
        slot.put(store, key);
        return true;
    }

    private static List<Listed> keys(Xml answer) {
        var keys = new ArrayList<Listed>();
        for (var member : answer.members("ListAccessKeysResult/AccessKeyMetadata")) keys.add(new Listed(answer.text(member + "/AccessKeyId"), time(answer.text(member + "/CreateDate"))));
        return keys;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException unreadable) {
            return Instant.EPOCH;
        }
    }

    /** Deletes a key that an earlier attempt made and did not live to record. */
    private List<Listed> withoutLost(List<Listed> keys, HeldKey held) {
        var left = new ArrayList<>(keys);
        held.begun().ifPresent(begun -> keys.stream().filter(key -> !begun.known().contains(key.id()) && !isInUse(key, held))
                .filter(key -> key.made().isAfter(begun.at().minus(LOST_BEFORE)) && key.made().isBefore(begun.at().plus(LOST_AFTER))).forEach(lost -> {
                    delete(lost.id());
                    left.remove(lost);
                }));
        return left;
    }

    /** What is given out, or asks here: that would end with the key that asks. */
    private boolean isInUse(Listed key, HeldKey held) {
        return key.id().equals(held.accessKey()) || key.id().equals(api.accessKey());
    }

    /** Makes room for another: the key before this one has had its time; of a user that is ours, so has any other. */
    private List<String> withRoom(List<Listed> keys, HeldKey held) {
        var left = new ArrayList<>(keys);
        while (left.size() >= MOST_KEYS) {
            var first = left.stream().filter(key -> key.id().equals(held.previous())).findFirst()
                    .or(() -> left.stream().filter(key -> own && !isInUse(key, held)).min((a, b) -> a.made().compareTo(b.made())));
            if (first.isEmpty()) break; // AWS will say so
            delete(first.get().id());
            left.remove(first.get());
        }
        return left.stream().map(Listed::id).toList();
    }

    private void requireTaken(String id, Secret secret) {
        var itself = api.as(id, secret);
        for (int trial = 1; ; trial++) {
            if (itself.ask(Question.sts("GetCallerIdentity")) instanceof Said.Told) return;
            if (trial == TRIALS) break;
            api.pause(TRIAL_PAUSE);
        }
        delete(id);
        throw new Problem.Upstream("AWS does not take the new access key: it is deleted, and the one before is in force").asException();
    }

    void delete(String id) {
        api.askGone("Error deleting an access key", Question.iam("DeleteAccessKey").with("UserName", user).with("AccessKeyId", id));
    }
}
