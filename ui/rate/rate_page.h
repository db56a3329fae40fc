#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Rate page: shows what the Session has and calls it; knows no other page. No score stands there without what the
/// model that rates is worth.
class RatePage : public QWidget {
    Q_OBJECT
public:
    explicit RatePage(Session &session, QWidget *parent = nullptr);
    ~RatePage() override;

signals:
    void pageRequested(dank::ui::Page page);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
