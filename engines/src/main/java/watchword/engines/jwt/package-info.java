/**
 * The {@code jwt} auth method, which is also {@code oidc}: somebody comes with a token that an issuer signed, or is sent to a provider and
 * comes back with a code for one. {@code JwtMethod} is the table of routes; {@code Issuers} has the keys; {@code Checks} says whether a
 * token is good, {@code Role} for whom, and {@code Person} who that is.
 */
@NullMarked
package watchword.engines.jwt;

import org.jspecify.annotations.NullMarked;
