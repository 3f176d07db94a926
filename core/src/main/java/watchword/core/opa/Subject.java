package watchword.core.opa;

import java.time.Instant;
import watchword.core.mount.Engines;
import watchword.core.mount.MountEntry;
import watchword.core.mount.RouteTable;
import watchword.core.policy.Capability;
import watchword.core.policy.IdentityView;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;

/** What the gate knows of a request that the ACL allows. @param path with a slash at its end for a list, as the ACL saw it @param wanted what the caller needed, and was found to have */
public record Subject(
        Request request, String path, TokenCaller caller, IdentityView identity, MountEntry mount, Engines.Mounted engine, RouteTable.Match.Found found, Capability wanted, Instant now) {}
