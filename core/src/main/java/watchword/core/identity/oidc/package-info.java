/**
 * Tokens for others, {@code identity/oidc/}: a workload gets one that tells who it is, and signs in to applications by way of a provider.
 * Keys rotate by themselves, each published before it signs. What is told of whom is the identity store's business.
 */
@NullMarked
package watchword.core.identity.oidc;

import org.jspecify.annotations.NullMarked;
