//! The gate on a server, as git runs it: real pushes into real repositories, and hostile ones spoken by hand.

mod cases;
mod ends;
mod gitolite;
mod hostile;
mod hosts;
mod judge;
mod limits;
mod load;
mod many;
mod mend;
mod pair;
mod policy;
mod queue;
mod raw;
mod sender;
