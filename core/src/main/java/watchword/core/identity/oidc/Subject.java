package watchword.core.identity.oidc;

import java.time.Instant;
import watchword.core.policy.IdentityView;

/**
 * Whom a token tells of.
 *
 * @param run what they do it for, if their login told; empty when it did not
 */
record Subject(IdentityView identity, String run, Instant now) {}
