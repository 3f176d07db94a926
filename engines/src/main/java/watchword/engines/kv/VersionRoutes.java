package watchword.engines.kv;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** Versions by their numbers: delete, undelete and destroy. */
final class VersionRoutes {
    private final Secrets secrets;

    VersionRoutes(Secrets secrets) {
        this.secrets = secrets;
    }

    record Numbered(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("Numbers of the versions; numbers there are not mean nothing.") List<Long> versions) {

        Set<Long> numbers(String whenNone) {
            if (versions.isEmpty()) throw new Problem.Invalid(whenNone).asException();
            return new HashSet<>(versions);
        }
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.write("delete/{path*}", Numbered.class, None.class, this::delete, "Delete versions of a secret; they can be undeleted."),
                Route.write("undelete/{path*}", Numbered.class, None.class, this::undelete, "Undelete versions of a secret."),
                Route.write("destroy/{path*}", Numbered.class, None.class, this::destroy, "Destroy the data of versions of a secret, for good."));
    }

    private Reply<None> delete(Call.Change<Numbered> call) {
        var numbers = call.input().numbers("No version number provided");
        var path = Paths.toWrite(call.input().path());
        secrets.delete(call.store(), path, numbers, call.now());
        return Reply.<None>nothing().tell(KvEvents.changed("delete", "delete/" + path));
    }

    private Reply<None> undelete(Call.Change<Numbered> call) {
        var numbers = call.input().numbers("No version number provided");
        var path = Paths.toWrite(call.input().path());
        secrets.undelete(call.store(), path, numbers, call.now());
        return Reply.<None>nothing().tell(KvEvents.changed("undelete", "undelete/" + path).readable("data/" + path));
    }

    private Reply<None> destroy(Call.Change<Numbered> call) {
        var numbers = call.input().numbers("no version number provided");
        var path = Paths.toWrite(call.input().path());
        secrets.destroy(call.store(), path, numbers);
        return Reply.<None>nothing().tell(KvEvents.changed("destroy", "destroy/" + path));
    }
}
