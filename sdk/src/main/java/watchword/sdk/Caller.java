package watchword.sdk;

import java.util.List;
import java.util.Map;

/** Who asks. For a route that needs no token it may be nobody: every text is empty then. */
public interface Caller {

    /** A keyed hash of the token: stable while the token lives, and of no use to anybody else. Names what belongs to the token. */
    String tokenKey();

    String accessor();

    String displayName();

    String entityId();

    List<String> policies();

    Map<String, String> metadata();
}
