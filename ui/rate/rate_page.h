#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Rate page: shows what the Session has and calls it; knows no other page.
class RatePage : public QWidget {
    Q_OBJECT
public:
    explicit RatePage(Session &session, QWidget *parent = nullptr);
    ~RatePage() override;

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
