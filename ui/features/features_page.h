#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Features page: shows what the Session has and calls it; knows no other page.
class FeaturesPage : public QWidget {
    Q_OBJECT
public:
    explicit FeaturesPage(Session &session, QWidget *parent = nullptr);
    ~FeaturesPage() override;

signals:
    void pageRequested(dank::ui::Page page);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
