#pragma once

#include <functional>

#include "ui/session/session.h"

class QWidget;

namespace dank::ui {

/// The Features page: shows what the Session has and calls it; knows no other page.
/// `goTo`: shows another page.
QWidget *makeFeaturesPage(Session &session, std::function<void(Page)> goTo, QWidget *parent = nullptr);

}  // namespace dank::ui
