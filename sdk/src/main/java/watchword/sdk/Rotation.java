package watchword.sdk;

import java.time.Instant;
import java.util.Optional;

/**
 * That a thing of an engine is rotated, and when.
 *
 * @param what its name in the mount, such as {@code static-roles/app}: unique there, and shown to operators
 * @param schedule empty when it is rotated by hand alone
 * @param last when it was last rotated; the schedule counts from here
 */
public record Rotation(String what, Optional<Schedule> schedule, Instant last) {}
