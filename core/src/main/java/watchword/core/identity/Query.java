package watchword.core.identity;

import java.util.Optional;
import java.util.stream.Stream;
import watchword.sdk.Doc;
import watchword.sdk.Problem;

/** Which entity or group is looked up. */
record Query(
        @Doc("Its id.") Optional<String> id,
        @Doc("Its name.") Optional<String> name,
        @Doc("Id of an alias of it.") Optional<String> aliasId,
        @Doc("Name of an alias of it; needs alias_mount_accessor.") Optional<String> aliasName,
        @Doc("Accessor of that alias's mount.") Optional<String> aliasMountAccessor) {

    /** @throws Problem.ProblemException unless it is one of: an id, a name, an alias's id, an alias's name with its mount */
    void requireOne() {
        long asked = Stream.of(id, name, aliasId, aliasName, aliasMountAccessor).filter(Optional::isPresent).count();
        if (asked == 0) throw new Problem.Invalid("query parameter not supplied").asException();
        boolean both = aliasName.isPresent() && aliasMountAccessor.isPresent();
        if (asked > 2 || (asked == 2 && !both)) throw new Problem.Invalid("query parameter conflict; please supply distinct set of query parameters").asException();
        if (asked == 1 && (aliasName.isPresent() || aliasMountAccessor.isPresent())) throw new Problem.Invalid("both 'alias_name' and 'alias_mount_accessor' needs to be set").asException();
    }
}
