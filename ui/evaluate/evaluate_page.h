#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Evaluate page: shows what the Session has and calls it; knows no other page.
class EvaluatePage : public QWidget {
    Q_OBJECT
public:
    explicit EvaluatePage(Session &session, QWidget *parent = nullptr);
    ~EvaluatePage() override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
