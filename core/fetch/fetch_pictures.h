#pragma once

#include "core/base/job.h"
#include "core/fetch/fetch_plan.h"
#include "core/fetch/fetch_report.h"

namespace dank {

/// Downloads what a plan names, as `<id>.<extension by content>`, into the plan's folder, which is made where it is
/// missing. A file is written beside and renamed when it is whole and passes the decode rule's checks; nothing that is
/// there already is written over. What was fetched stays whatever happens, so the next plan goes on from there.
///
/// `settings` say how many requests a host gets at once and how fast. A host that answers 429 or 503 rests as long as
/// it asks for, up to `longestWait`, and is tried three times; one that does not answer three times in a row is left
/// alone. Placeholders are refused, also those that are found out by being the same for several addresses: then what
/// this call had already written of them is removed again.
///
/// Reports the stage "fetch" in pictures, on any of its threads, one at a time. Blocks; ends within 200 ms of a stop.
/// Throws Error{Disk|File} for what cannot be written, Error{Network} where libcurl cannot be set up, and Cancelled.
FetchReport fetchPictures(const FetchPlan &plan, const FetchSettings &settings, const JobContext &job);

}  // namespace dank
