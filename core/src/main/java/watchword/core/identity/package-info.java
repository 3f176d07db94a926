/**
 * The identity store: entities, the aliases that auth mounts have for them, and groups, with the {@code identity/} routes. It tells policies
 * who is behind a token, and logins whose token they make. What policies then say of it is {@code policy}'s business.
 */
@NullMarked
package watchword.core.identity;

import org.jspecify.annotations.NullMarked;
