#pragma once

#include <QWidget>

#include <memory>

#include "ui/session/session.h"

namespace dank::ui {

/// The Dataset page: shows what the Session has and calls it; knows no other page.
class DatasetPage : public QWidget {
    Q_OBJECT
public:
    explicit DatasetPage(Session &session, QWidget *parent = nullptr);
    ~DatasetPage() override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
