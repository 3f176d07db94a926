/**
 * Logins of people by a name and a password. A password is stored as its Argon2id hash and checked outside of any transaction; a name that
 * nobody has costs what a wrong password costs. Locking who fails too often is not here: the server does it for every auth method.
 */
@NullMarked
package watchword.engines.userpass;

import org.jspecify.annotations.NullMarked;
