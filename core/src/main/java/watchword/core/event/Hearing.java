package watchword.core.event;

/** What a subscriber may hear, asked anew as time goes by: tokens end, and policies change. */
interface Hearing {
    /** Whether it may still listen at all. */
    boolean goesOn();

    /** Whether it may hear of this, and wants to. */
    boolean takes(Occurrence occurrence);
}
