#pragma once

#include <functional>

#include "ui/session/session.h"

class QWidget;

namespace dank::ui {

/// The Rate page: shows what the Session has and calls it; knows no other page. No score stands there without what the
/// model that rates is worth.
/// `goTo`: shows another page.
QWidget *makeRatePage(Session &session, std::function<void(Page)> goTo, QWidget *parent = nullptr);

}  // namespace dank::ui
