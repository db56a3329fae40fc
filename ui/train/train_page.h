#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Train page: shows what the Session has and calls it; knows no other page.
class TrainPage : public QWidget {
    Q_OBJECT
public:
    explicit TrainPage(Session &session, QWidget *parent = nullptr);
    ~TrainPage() override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
