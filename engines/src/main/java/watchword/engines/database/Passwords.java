package watchword.engines.database;

import java.security.SecureRandom;
import watchword.sdk.EngineContext;
import watchword.sdk.Secret;

/** New passwords: by a policy, or twenty letters, digits and dashes with at least one of each kind. */
record Passwords(EngineContext context) {
    private static final int LENGTH = 20;
    private static final String[] KINDS = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "-"};

    /** @param policy empty for none. Not from inside a transaction. */
    Secret make(String policy) {
        return policy.isEmpty() ? usual(context.random()) : context.password(policy);
    }

    private static Secret usual(SecureRandom random) {
        var all = String.join("", KINDS);
        while (true) {
            var made = new StringBuilder(LENGTH);
            for (int i = 0; i < LENGTH; i++) made.append(all.charAt(random.nextInt(all.length())));
            // At its ends a dash is lost when somebody copies it.
            if (made.charAt(0) != '-' && made.charAt(LENGTH - 1) != '-' && hasEachKind(made.toString())) return Secret.copyOf(made.toString());
        }
    }

    private static boolean hasEachKind(String password) {
        for (var kind : KINDS) if (password.chars().noneMatch(c -> kind.indexOf(c) >= 0)) return false;
        return true;
    }
}
