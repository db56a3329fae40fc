#pragma once

#include <QString>

#include <cstdint>

#include "ui/session/rating_board.h"

namespace dank::ui {

/// What a scored picture may expect in the terms of the model that scored it: "about 1.2k upvotes"; where it learned
/// classes "hateful: 19 %", or the nearest one of an order.
QString expectedText(const RatedItem &item);
/// What a training meme of that model got, or is: "7 upvotes", "hateful".
QString receivedText(const RatedItem &item, std::int64_t upvotes);

}  // namespace dank::ui
