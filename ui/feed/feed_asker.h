#pragma once

#include <QPointer>
#include <QWidget>

#include <functional>

#include "ui/session/session.h"

namespace dank::ui {

class FeedDialog;
class TextLabel;

/// Opens the dialog of columns over the Dataset page when a session asks how a file is to be read.
class FeedAsker : public QObject {
    Q_OBJECT
public:
    FeedAsker(Session &session, std::function<void(Page)> goTo, QWidget *page);
    ~FeedAsker() override;

private:
    Session &m_session;
    QPointer<FeedDialog> m_dialog;
};

/// One line that says what of a file was read as what, and a button to look at that and change it.
class FeedLine : public QWidget {
    Q_OBJECT
public:
    explicit FeedLine(Session &session, QWidget *parent = nullptr);
    void setSource(const FeedSource &source);

private:
    TextLabel *m_text;
};

}  // namespace dank::ui
