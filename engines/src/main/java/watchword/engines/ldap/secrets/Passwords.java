package watchword.engines.ldap.secrets;

import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import watchword.sdk.Secret;

/**
 * The passwords of an account: the one in force, the one before, and one that the directory has been told or is about to be told. That is
 * stored before it is told, so that one of those stored is always right.
 *
 * @param password empty when it is not known
 * @param pendingPassword empty for none
 */
record Passwords(Secret password, Secret lastPassword, Secret pendingPassword) {
    private static final Secret NO = Secret.copyOf("");
    static final Passwords NONE = new Passwords(NO, NO, NO);

    boolean isPending() {
        return pendingPassword.size() > 0;
    }

    Passwords begun(Secret next) {
        return new Passwords(password, lastPassword, next);
    }

    Passwords settled() {
        return isPending() ? new Passwords(pendingPassword, password, NO) : this;
    }

    /**
     * Gives an account a new password. What an earlier try left pending is first asked for: if the account takes it, that try is finished
     * and no other password is made.
     *
     * @param save changes what is stored, in a transaction; false when it is no longer there
     * @return false when it is no longer there
     */
    boolean rotate(Directory directory, String dn, Supplier<Secret> next, Predicate<UnaryOperator<Passwords>> save) {
        if (isPending() && directory.takes(dn, pendingPassword)) return save.test(Passwords::settled);
        var fresh = next.get();
        if (!save.test(known -> known.begun(fresh))) return false;
        directory.setPassword(dn, fresh);
        // When somebody wrote another password meanwhile, the one that the directory has is still kept as pending.
        return save.test(known -> known.pendingPassword.sameAs(fresh) ? known.settled() : known.begun(fresh));
    }
}
